"""The table of results by location and day, and the sequence of short numbers.

What our own prober finds is dropped by whole days; what was told from outside (imported
history, pushed results) can be of any age and is kept, so it lies in a table of its own.
"""

from django.db import migrations

RESULTS = """
CREATE TABLE monitoring_checkresult (
    monitor_number integer NOT NULL,
    location smallint NOT NULL,
    slot timestamptz NOT NULL,
    late_ms integer NOT NULL,
    elapsed_us integer,
    outcome smallint NOT NULL,
    code integer,
    is_imported boolean NOT NULL DEFAULT false,
    is_ignored boolean NOT NULL DEFAULT false,
    PRIMARY KEY (monitor_number, location, slot)
) PARTITION BY LIST (location);
CREATE TABLE monitoring_checkresult_told
    PARTITION OF monitoring_checkresult FOR VALUES IN (1);
CREATE TABLE monitoring_checkresult_polled
    PARTITION OF monitoring_checkresult FOR VALUES IN (0) PARTITION BY RANGE (slot);
CREATE SEQUENCE monitoring_monitor_number AS integer;
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]
    operations = [
        migrations.RunSQL(
            RESULTS,
            "DROP TABLE monitoring_checkresult; DROP SEQUENCE monitoring_monitor_number",
        ),
    ]
