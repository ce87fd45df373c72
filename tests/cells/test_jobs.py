"""Work in the background: asked once, run once, never lost."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from cells.models import Heartbeat, Job
from cells.services import jobs
from cells.services.jobs import JobRefusedError, job_request, job_run, jobs_sweep
from cells.tasks import sweep
from chibo import health
from tests import factories

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=5)


@pytest.fixture
def sent(monkeypatch):
    """Return the ids that were sent to the broker."""
    ids = []
    monkeypatch.setattr(jobs, "send", ids.append)
    return ids


@pytest.fixture
def handler(monkeypatch):
    """Let `test` jobs do what the returned list's last function does."""
    tasks = [lambda job, progress: {"done": job.key}]
    monkeypatch.setitem(jobs.HANDLERS, "test", lambda job, progress: tasks[-1](job, progress))
    return tasks


def ask(key="a", by=None, **parameters):
    return job_request(kind="test", key=key, parameters=parameters, by=by)


def silence(job, **fields):
    """Make a job look as if its worker had died a while ago."""
    old = timezone.now() - LONG_AGO
    Job.objects.filter(pk=job.pk).update(heartbeat_at=old, **fields)


def test_job_is_sent_once_committed(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = ask()
        assert not sent
    assert sent == [job.pk]


def test_second_request_gets_the_unfinished_job(sent):
    assert ask() == ask()
    assert ask("b") != ask()


def test_finished_job_makes_room_for_a_new_one(sent, handler):
    first = ask()
    job_run(first.pk)
    assert ask() != first


def test_broker_that_is_away_does_not_stop_the_request(settings, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no broker")

    monkeypatch.setattr(jobs.current_app, "send_task", fail)
    jobs.send(ask().pk)
    assert Job.objects.unfinished().count() == 1


def test_result_and_progress_are_kept(sent, handler):
    def work(job, progress):
        progress.say("Đang đếm.", 3, 4)
        return {"counted": 3}

    handler.append(work)
    job = job_run(ask().pk)
    assert (job.state, job.result, job.done, job.total) == ("done", {"counted": 3}, 3, 4)
    assert job.finished_at


def test_running_job_is_not_taken_by_a_second_worker(sent, handler):
    job = ask()
    handler.append(lambda running, progress: {"second": job_run(running.pk) is not None})
    assert job_run(job.pk).result == {"second": False}
    assert job_run(job.pk) is None


def test_silent_job_is_taken_over(sent, handler):
    job = ask()
    silence(job, state=Job.State.RUNNING, attempts=1)
    assert job_run(job.pk).state == Job.State.DONE


def test_worker_that_lost_its_job_cannot_finish_it(sent, handler):
    def work(job, progress):
        silence(job)
        handler.pop()
        job_run(job.pk)
        return {"by": "the slow one"}

    handler.append(work)
    job = job_run(ask("x").pk)
    assert job.result == {"done": "x"}


def test_refusal_is_told_to_the_person(sent, handler):
    def work(job, progress):
        raise JobRefusedError("Không còn kỳ này.")

    handler.append(work)
    job = job_run(ask().pk)
    assert (job.state, job.message) == ("failed", "Không còn kỳ này.")


def test_defect_is_logged_and_told_without_detail(sent, handler, caplog):
    handler.append(lambda job, progress: 1 // 0)
    job = job_run(ask().pk)
    assert (job.state, job.message) == ("failed", jobs.BROKEN)
    assert "ZeroDivisionError" in caplog.text


def test_lost_database_is_tried_again_three_times(sent, handler):
    def work(job, progress):
        raise OperationalError("gone")

    handler.append(work)
    job = ask()
    states = [job_run(job.pk).state for _ in range(3)]
    assert states == ["queued", "queued", "failed"]


def test_sweep_sends_silent_jobs_again(sent, handler):
    fresh, waiting, dead = ask("fresh"), ask("waiting"), ask("dead")
    silence(waiting)
    silence(dead, state=Job.State.RUNNING, attempts=1)
    jobs_sweep()
    assert set(sent) == {waiting.pk, dead.pk}
    assert fresh.pk not in sent


def test_sweep_does_not_fill_the_queue(sent):
    silence(ask())
    jobs_sweep()
    jobs_sweep()
    assert len(sent) == 1


def test_job_that_kills_its_workers_is_given_up(sent):
    job = ask()
    silence(job, state=Job.State.RUNNING, attempts=jobs.MAX_ATTEMPTS)
    jobs_sweep()
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", jobs.STOPPED_TOO_OFTEN)
    assert not sent


def test_sweep_task_shows_that_beat_lives(sent):
    sweep()
    assert Heartbeat.objects.get(name="beat").at > timezone.now() - timedelta(seconds=5)


@pytest.mark.parametrize(("seconds", "words"), [(5, "ok"), (61, "silent for")])
def test_health_tells_a_silent_worker(seconds, words):
    Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(seconds=seconds))
    assert health.report()["worker"].startswith(words)


def test_health_tells_a_worker_never_seen():
    assert health.report()["worker"] == "never seen"


def test_progress_is_for_the_one_who_asked(client, sent):
    owner, stranger = factories.UserFactory(), factories.UserFactory()
    job = ask(by=owner)
    client.force_login(owner)
    page = client.get(f"/tac-vu/{job.pk}/")
    assert "Đang chờ đến lượt" in page.text
    assert f"/tac-vu/{job.pk}/" in page.text
    client.force_login(stranger)
    assert client.get(f"/tac-vu/{job.pk}/").status_code == 404


def test_page_is_loaded_anew_when_the_job_is_done(client, sent, handler):
    owner = factories.UserFactory()
    job = ask(by=owner)
    client.force_login(owner)
    assert "HX-Refresh" not in client.get(f"/tac-vu/{job.pk}/")
    job_run(job.pk)
    assert client.get(f"/tac-vu/{job.pk}/")["HX-Refresh"] == "true"
