"""Indexes of large tables: nothing waits while one is made, and no table is rebuilt.

Only these operations (and rows changed in portions) stand in migrations with `atomic = False`, which PostgreSQL wants for
an index beside the work. Each may be interrupted and run again.
"""

from django.db import migrations


def _drop(schema_editor, quoted_name):
    beside = 'CONCURRENTLY ' if schema_editor.connection.vendor == 'postgresql' else ''
    schema_editor.execute(f'DROP INDEX {beside}IF EXISTS {quoted_name}')


def _make(schema_editor, statement):
    """In place of what an interrupted run left of it, which PostgreSQL keeps and never uses."""
    _drop(schema_editor, str(statement.parts['name']))
    if schema_editor.connection.vendor == 'postgresql':
        statement.template = schema_editor.sql_create_index_concurrently
    schema_editor.execute(statement, params=None)


class AddIndexBeside(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _make(schema_editor, self.index.create_sql(model, schema_editor))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, schema_editor.quote_name(self.index.name))


class RemoveIndexBeside(migrations.RemoveIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, schema_editor.quote_name(self.name))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            _make(schema_editor, index.create_sql(model, schema_editor))


class IndexFieldBeside(migrations.AlterField):
    """`db_index` of a field, on or off, with PostgreSQL's second index for LIKE; nothing else of the column changes.

    Django's own operation makes SQLite copy the whole table for it.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        models = [state.apps.get_model(app_label, self.model_name) for state in (from_state, to_state)]
        if not self.allow_migrate_model(schema_editor.connection.alias, models[1]):
            return
        old, new = (schema_editor._field_indexes_sql(model, model._meta.get_field(self.name)) for model in models)
        for statement in new:
            _make(schema_editor, statement)
        for name in {str(one.parts['name']) for one in old} - {str(one.parts['name']) for one in new}:
            _drop(schema_editor, name)
