"""Fills a database as a big city would in 180 days: a million lines, 100,000 cases. Made of numbers, no real person."""

# ruff: noqa: S608  (SQL made of the constants below)

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

STATIONS, STAFF, TALKS, CASES, LINES, EVENTS, DAYS = 40, 400, 50_000, 100_000, 1_000_000, 300_000, 180
OPEN = 2_000  # cases that are not closed: half of them wait
PEOPLE = {"admin": "bench-admin", "supervisor": "bench-supervisor", "lead": "bench-lead", "counsellor": "bench-t1"}

_REGIONS = "(ARRAY['changzhou', 'putuo', 'baoji', 'yubei', 'jincheng'])"
_KIND = "(ARRAY['chat','chat','chat','chat','crisis','suggestion','suggestion','report','appointment','file'])"
_LEVEL = (
    "(ARRAY['none','none','none','none','none','none','none','none','concern','concern','concern','high','urgent'])"
)
# Of case n: when it came, and in which state it is; the newest are open.
_AT = f"now() - ({CASES} - n) * interval '1 day' * {DAYS} / {CASES}"
_CLOSED = f"n <= {CASES - OPEN}"
_TAKEN = f"(n <= {CASES - OPEN} OR n % 3 = 0)"

STEPS: tuple[tuple[str, str], ...] = (
    (
        "stations",
        f"""INSERT INTO stations (slug, name, region, hours)
        SELECT 's' || n, n || ' 号站', {_REGIONS}[1 + n % 5], 'all 08:00-22:00'
        FROM generate_series(1, {STATIONS}) n""",
    ),
    (
        "staff",
        f"""INSERT INTO staff (login, name, role, password_hash, station_id)
        SELECT 'bench-t' || n, n || ' 号老师', 'counsellor', 'x', 1 + n % {STATIONS}
        FROM generate_series(1, {STAFF - 3}) n
        UNION ALL SELECT 'bench-admin', '管理员', 'admin', 'x', NULL
        UNION ALL SELECT 'bench-supervisor', '主管', 'supervisor', 'x', NULL
        UNION ALL SELECT 'bench-lead', '站长', 'lead', 'x', 2""",
    ),
    (
        "shifts",
        """INSERT INTO shifts (staff_id, station_id, hours, from_day)
        SELECT id, station_id, 'all 08:00-22:00', current_date - 180 FROM staff WHERE station_id IS NOT NULL""",
    ),
    (
        "sessions",
        """INSERT INTO staff_sessions (token_hash, staff_id, expires_at)
        SELECT md5(n::text), 1 + n % 400, now() + interval '6 hours' FROM generate_series(1, 2000) n""",
    ),
    (
        "parents",
        f"""INSERT INTO parents (channel, sender)
        SELECT 'web', 'v' || n FROM generate_series(1, {TALKS}) n""",
    ),
    ("conversations", "INSERT INTO conversations (parent_id) SELECT id FROM parents"),
    (
        "messages",
        f"""INSERT INTO messages (conversation_id, case_id, who, author, text, at)
        SELECT 1 + n % {TALKS}, NULL, (ARRAY['parent', 'bot', 'parent', 'person'])[1 + n / {TALKS} % 4], '',
            '孩子这几天不肯去学校，晚上很晚才睡，我说他他就关门，不知道怎么办才好 ' || n,
            now() - ({LINES} - n) * interval '1 day' * {DAYS} / {LINES}
        FROM generate_series(1, {LINES}) n""",
    ),
    (
        "cases",
        f"""INSERT INTO cases (conversation_id, kind, state, level, reason, region, station_id, owner_id, opened_at,
            due_at, claimed_at, answered_at, acknowledged_at, closed_at, outcome, satisfaction, rated_at, sealed,
            detail)
        SELECT 1 + n % {TALKS}, {_KIND}[1 + n % 10],
            CASE WHEN {_CLOSED} THEN 'closed' WHEN {_TAKEN} THEN 'claimed' ELSE 'open' END,
            {_LEVEL}[1 + n * 7 % 13], '家长想找老师', {_REGIONS}[1 + n % 5],
            CASE WHEN n % 20 = 0 THEN NULL ELSE 1 + n % {STATIONS} END,
            CASE WHEN {_TAKEN} THEN 1 + (n * 13 % 397) END, {_AT}, {_AT} + interval '30 minutes',
            CASE WHEN {_TAKEN} THEN {_AT} + (n % 40) * interval '1 minute' END,
            CASE WHEN {_TAKEN} THEN {_AT} + (n % 50) * interval '1 minute' END,
            CASE WHEN {_TAKEN} OR n % 9 > 0 THEN {_AT} + interval '1 minute' END,
            CASE WHEN {_CLOSED} THEN {_AT} + (n % 70) * interval '1 hour' END,
            CASE WHEN {_CLOSED} THEN (ARRAY['已解决：聊了三次', '已转介', '继续跟进', '联系不上'])[1 + n % 4] END,
            CASE WHEN {_CLOSED} AND n % 3 = 0 THEN 1 + n % 5 END,
            CASE WHEN {_CLOSED} AND n % 3 = 0 THEN {_AT} + interval '1 day' END, n % 10 = 7,
            jsonb_build_object('text', '希望小区里有一个孩子晚上能去的地方', 'evidence', '[]'::jsonb)
        FROM generate_series(1, {CASES}) n""",
    ),
    (
        "case_events",
        f"""INSERT INTO case_events (case_id, tag, actor, at)
        SELECT 1 + n % {CASES},
            (ARRAY['case:opened', 'case:claimed', 'case:acknowledged', 'case:closed'])[1 + n / {CASES} % 4], 'bot',
            now() - ({EVENTS} - n) * interval '1 day' * {DAYS} / {EVENTS} FROM generate_series(1, {EVENTS}) n""",
    ),
    (
        "detections",
        """INSERT INTO detections (conversation_id, case_id, level, kind, at)
        SELECT conversation_id, id, level, 'self-harm', opened_at FROM cases WHERE level IN ('high', 'urgent')""",
    ),
    (
        "files",
        """INSERT INTO files (case_id, consent, consent_how, consent_at)
        SELECT id, 'given', 'chat', opened_at FROM cases WHERE kind = 'file'""",
    ),
    (
        "members",
        """INSERT INTO case_members (case_id, staff_id)
        SELECT id, 1 + id % 397 FROM cases WHERE kind = 'file' AND (1 + id % 397) IS DISTINCT FROM owner_id""",
    ),
    (
        "plan_items",
        """INSERT INTO plan_items (case_id, goal, who) SELECT case_id, '每天一起走二十分钟', '爸爸'
        FROM files, generate_series(1, 3)""",
    ),
    (
        "follow_ups",
        """INSERT INTO follow_ups (case_id, what, due_at, done_at)
        SELECT case_id, '问问睡得怎样', now() + (case_id % 60 - 30) * interval '1 day',
            CASE WHEN case_id % 60 < 30 THEN now() END FROM files""",
    ),
    (
        "slots",
        f"""INSERT INTO slots (station_id, title, starts_at, minutes, places)
        SELECT 1 + n % {STATIONS}, '家庭教育指导', now() + (n / {STATIONS} - 150) * interval '4 hours', 60, 4
        FROM generate_series(1, {STATIONS * 300}) n""",
    ),
    (
        "bookings",
        f"""INSERT INTO bookings (slot_id, case_id, state)
        SELECT 1 + id % {STATIONS * 300}, id, CASE WHEN state = 'closed' THEN 'attended' ELSE 'asked' END
        FROM cases WHERE kind = 'appointment'""",
    ),
    (
        "audit",
        """INSERT INTO audit (at, staff_id, name, act, subject)
        SELECT now() - n * interval '1 minute', 1 + n % 397, '某老师', 'read:case', 'case:' || (1 + n % 100000)
        FROM generate_series(1, 200000) n""",
    ),
    (
        "reviews",
        """INSERT INTO reviews (case_id, reviewer_id, marks, comment)
        SELECT id, 400, '{"warm": 4, "safe": 5}', '' FROM cases
        WHERE state = 'closed' AND kind = 'chat' AND id % 20 = 1""",
    ),
    (
        "canned",
        """INSERT INTO canned (station_id, title, text, author)
        SELECT 1 + n % 40, '常用 ' || n, '您好，我在。', '某老师' FROM generate_series(1, 200) n""",
    ),
)


async def fill(engine: AsyncEngine) -> None:
    """Fill an empty database and gather what the planner needs to know."""
    async with engine.begin() as conn:
        await conn.exec_driver_sql("SET LOCAL synchronous_commit = off")
        for _, statement in STEPS:
            await conn.exec_driver_sql(statement)
    async with engine.connect() as conn:
        plain = await conn.execution_options(isolation_level="AUTOCOMMIT")
        await plain.exec_driver_sql("VACUUM ANALYZE")
