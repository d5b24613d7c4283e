import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bridge", "0006_goods"),
    ]

    operations = [
        migrations.AddField(
            model_name="goodsrun",
            name="then_on",
            field=models.BooleanField(default=False, verbose_name="from then on by itself"),
        ),
        # The table is new with 0006 and empty until there are previews, so a shop can be demanded.
        migrations.AddField(
            model_name="goodschange",
            name="shop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="goods_changes",
                to="bridge.shop",
                verbose_name="shop",
            ),
        ),
        migrations.AddField(
            model_name="goodschange",
            name="mark",
            field=models.CharField(
                blank=True,
                choices=[("zero", "to zero"), ("jump", "a big jump")],
                max_length=10,
                verbose_name="worth a look",
            ),
        ),
        migrations.AddField(
            model_name="goodschange",
            name="values",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="goodschange",
            name="run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="bridge.goodsrun",
            ),
        ),
        migrations.AlterField(
            model_name="goodschange",
            name="state",
            field=models.CharField(
                choices=[
                    ("planned", "planned"),
                    ("left", "left as it is"),
                    ("kept", "not written"),
                    ("written", "written"),
                    ("refused", "refused by the site"),
                    ("overtaken", "changed meanwhile"),
                    ("undone", "undone"),
                ],
                default="planned",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="goodschange",
            index=models.Index(
                condition=models.Q(("run", None)), fields=["shop", "at"], name="goods_change_at"
            ),
        ),
    ]
