"""Promises and money take a role of their own, which administrators are given here."""

from django.db import migrations


def give_roles(apps, schema_editor):
    users = apps.get_model("catalog", "User").objects.filter(is_superuser=True)
    assignments = apps.get_model("catalog", "RoleAssignment").objects
    for user in users:
        for role in ("admin", "sla_manager", "finance"):
            assignments.get_or_create(
                user=user, team=None, role=role, business_unit=None, service=None
            )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_roles_for_teams")]

    operations = [migrations.RunPython(give_roles, migrations.RunPython.noop)]
