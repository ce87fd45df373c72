-- The rival: read, score, rank and write one period as one statement on PostgreSQL.
-- bench/rivals.py fills rule_line, rule_option and rule_group from the criteria set beforehand:
-- thresholds and points of the bands as columns, a strict threshold raised by one hundredth.
-- It runs with jit off: compiling it takes three times as long as running it.
WITH scored AS (
    SELECT
        s.evaluation_id,
        l.grp,
        CASE
            WHEN s.na OR (s.den = 0 AND l.empty = 'na') THEN NULL
            WHEN l.input IN ('grade', 'choice') THEN o.points
            WHEN s.den = 0 THEN CASE l.empty WHEN 'full' THEN l.max ELSE 0 END
            ELSE CASE
                WHEN v.value >= l.t1 THEN l.p1
                WHEN v.value >= l.t2 THEN l.p2
                WHEN v.value >= l.t3 THEN l.p3
                WHEN v.value >= l.t4 THEN l.p4
                WHEN v.value >= l.t5 THEN l.p5
                WHEN v.value >= l.t6 THEN l.p6
                ELSE 0
            END
        END AS points,
        CASE WHEN s.na OR (s.den = 0 AND l.empty = 'na') THEN l.max ELSE 0 END AS na_max,
        s.na OR s.option <> '' OR s.num IS NOT NULL AS answered
    FROM evaluations_score s
    JOIN evaluations_evaluation e ON e.id = s.evaluation_id
    JOIN rule_line l ON l.line = s.line
    LEFT JOIN rule_option o ON o.line = s.line AND o.option = s.option
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN l.input = 'count' THEN s.num * 100
            WHEN s.den > 0 THEN ((20000::bigint * s.num + s.den) / (2 * s.den))::int
        END AS value
    ) v
    WHERE e.period_id = %(period)s AND e.state = 'decided' AND s.stage = 'final'
),
summed AS MATERIALIZED (
    SELECT
        evaluation_id,
        count(*) FILTER (WHERE answered) AS lines,
        sum(points) FILTER (WHERE grp = 1) AS g1, sum(na_max) FILTER (WHERE grp = 1) AS n1,
        sum(points) FILTER (WHERE grp = 2) AS g2, sum(na_max) FILTER (WHERE grp = 2) AS n2,
        sum(points) FILTER (WHERE grp = 3) AS g3, sum(na_max) FILTER (WHERE grp = 3) AS n3,
        sum(points) FILTER (WHERE grp = 4) AS g4, sum(na_max) FILTER (WHERE grp = 4) AS n4
    FROM scored
    GROUP BY evaluation_id
),
rescaled AS (
    SELECT
        evaluation_id,
        lines,
        CASE WHEN n1 < m1 THEN (2 * coalesce(g1, 0) * m1 + m1 - n1) / (2 * (m1 - n1)) END AS g1,
        CASE WHEN n2 < m2 THEN (2 * coalesce(g2, 0) * m2 + m2 - n2) / (2 * (m2 - n2)) END AS g2,
        CASE WHEN n3 < m3 THEN (2 * coalesce(g3, 0) * m3 + m3 - n3) / (2 * (m3 - n3)) END AS g3,
        CASE WHEN n4 < m4 THEN (2 * coalesce(g4, 0) * m4 + m4 - n4) / (2 * (m4 - n4)) END AS g4,
        f1, f2, f3, f4, least_total, line_count
    FROM summed CROSS JOIN rule_group
),
outcome AS MATERIALIZED (
    SELECT
        r.*,
        coalesce(g1, 0) + coalesce(g2, 0) + coalesce(g3, 0) + coalesce(g4, 0) AS total,
        lines = line_count AND num_nulls(g1, g2, g3, g4) = 0 AS competes
    FROM rescaled r
),
sheet AS MATERIALIZED (
    SELECT
        e.id, e.unit_id, u.code, p.path, p.name, u.search, p.committee_id, p.members,
        c.name AS committee_name, k.code AS kind_code, k.name AS kind_name, s.code AS criteria_code,
        o.total, o.competes,
        CASE WHEN p.members >= 30 THEN 'từ 30' WHEN p.members >= 10 THEN '10–29'
             WHEN p.members >= 3 THEN '3–9' END AS band,
        CASE WHEN o.total >= 9000 THEN 'tot' WHEN o.total >= 7000 THEN 'kha'
             WHEN o.total >= 5000 THEN 'trung_binh' ELSE 'kem' END AS level,
        to_jsonb(array_remove(
            ARRAY[
                CASE WHEN o.g1 < o.f1 THEN 'group_floor:G1' END,
                CASE WHEN o.g2 < o.f2 THEN 'group_floor:G2' END,
                CASE WHEN o.g3 < o.f3 THEN 'group_floor:G3' END,
                CASE WHEN o.g4 < o.f4 THEN 'group_floor:G4' END,
                CASE WHEN o.g1 IS NULL THEN 'group_undetermined:G1' END,
                CASE WHEN o.g2 IS NULL THEN 'group_undetermined:G2' END,
                CASE WHEN o.g3 IS NULL THEN 'group_undetermined:G3' END,
                CASE WHEN o.g4 IS NULL THEN 'group_undetermined:G4' END,
                CASE WHEN o.lines < o.line_count THEN 'incomplete' END,
                CASE WHEN o.total < o.least_total THEN 'total_below' END
            ], NULL
        )) || (SELECT coalesce(jsonb_agg('veto:' || v), '[]') FROM jsonb_array_elements_text(e.vetoes) v)
        AS reasons
    FROM outcome o
    JOIN evaluations_evaluation e ON e.id = o.evaluation_id
    JOIN evaluations_periodunit p ON p.id = e.period_unit_id
    JOIN cells_unit u ON u.id = e.unit_id
    JOIN evaluations_criteriaset s ON s.id = e.criteria_id
    LEFT JOIN evaluations_periodunit c ON c.period_id = p.period_id AND c.unit_id = p.committee_id
    LEFT JOIN cells_cellkind k ON k.id = p.kind_id
),
ranked AS (
    SELECT
        *,
        rank() OVER whole AS place,
        count(*) OVER (PARTITION BY competes, criteria_code, total) AS ties,
        count(*) OVER (PARTITION BY competes, criteria_code) AS n,
        rank() OVER own AS committee_place,
        count(*) OVER (PARTITION BY competes, criteria_code, committee_id) AS committee_n,
        rank() OVER alike AS group_place,
        count(*) OVER (PARTITION BY competes, criteria_code, kind_code, band) AS group_n
    FROM sheet
    WINDOW
        whole AS (PARTITION BY competes, criteria_code ORDER BY total DESC),
        own AS (PARTITION BY competes, criteria_code, committee_id ORDER BY total DESC),
        alike AS (PARTITION BY competes, criteria_code, kind_code, band ORDER BY total DESC)
)
INSERT INTO evaluations_rankingrow (
    ranking_id, evaluation_id, unit_id, path, code, name, search, committee_id, committee_name,
    kind_code, kind_name, "group", members, criteria_code, total, level, is_eligible, reasons,
    rank, tied, competitors, percentile, committee_rank, committee_competitors, group_rank,
    group_competitors, previous_rank, previous_total
)
SELECT
    %(ranking)s, r.id, r.unit_id, r.path, r.code, r.name, r.search, r.committee_id,
    coalesce(r.committee_name, ''), coalesce(r.kind_code, ''), coalesce(r.kind_name, ''),
    coalesce(r.kind_name || ', ' || r.band || ' đảng viên', ''), r.members, r.criteria_code,
    r.total, r.level, r.reasons = '[]', r.reasons,
    CASE WHEN competes THEN place END,
    CASE WHEN competes THEN ties END,
    CASE WHEN competes THEN n END,
    CASE WHEN competes THEN (20000 * (n - place - ties + 1) + n) / (2 * n) END,
    CASE WHEN competes AND r.committee_id IS NOT NULL THEN committee_place END,
    CASE WHEN competes AND r.committee_id IS NOT NULL THEN committee_n END,
    CASE WHEN competes AND band IS NOT NULL AND group_n >= 5 THEN group_place END,
    CASE WHEN competes AND band IS NOT NULL AND group_n >= 5 THEN group_n END,
    b.rank, b.total
FROM ranked r
LEFT JOIN evaluations_rankingrow b ON b.ranking_id = %(previous)s AND b.unit_id = r.unit_id
ORDER BY r.total DESC, r.code;
