# Front-end packages; no package's own script runs.
FROM node:24-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

# Python packages by hash, static files compressed and named by content.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements-runtime.lock ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements-runtime.lock
COPY . .
COPY --from=assets /app/node_modules node_modules
RUN CHIBO_DEMO=1 CHIBO_DATA_DIR=build-data \
      /opt/venv/bin/python manage.py collectstatic --noinput --ignore icons \
    && rm -rf build-data node_modules

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CHIBO_DATA_DIR=/data
RUN useradd --system --uid 10001 --home-dir /data chibo \
    && install -d -o chibo /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# Documents are set in it; pages do not use it, so it is no static file.
COPY --from=assets /app/node_modules/@expo-google-fonts/tinos /app/node_modules/@expo-google-fonts/tinos
WORKDIR /app
USER chibo
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "chibo.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--timeout", "60"]
