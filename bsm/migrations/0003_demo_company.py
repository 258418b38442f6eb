"""The row that says that the demo company is loaded."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bsm", "0002_tables")]
    operations = [
        migrations.CreateModel(
            name="DemoCompany",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seed", models.PositiveBigIntegerField()),
                (
                    "until",
                    models.DateTimeField(
                        help_text="History ends here; from here on it is live."
                    ),
                ),
                (
                    "size",
                    models.PositiveSmallIntegerField(help_text="How many services it has."),
                ),
                ("loaded_at", models.DateTimeField()),
                ("is_only", models.BooleanField(default=True, editable=False, unique=True)),
            ],
            options={
                "verbose_name_plural": "demo companies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("is_only", True)),
                        name="demo_company_is_loaded_once",
                    )
                ],
            },
        ),
    ]
