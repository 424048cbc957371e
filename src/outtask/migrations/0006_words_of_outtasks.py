"""The words of titles and references, so that search need not read every out-task.

PostgreSQL has an index for it. SQLite has a table of words that triggers keep, beside one that gives each
out-task a number, which that table needs. Written by hand: Django has no words for either.
"""

from typing import Any

from django.db import migrations

SQLITE = (
    "CREATE TABLE outtask_wordsof (number INTEGER PRIMARY KEY, outtask_id char(32) NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE outtask_words USING fts5"
    "(title, reference, tokenize='unicode61 remove_diacritics 0')",
    """CREATE TRIGGER outtask_words_new AFTER INSERT ON outtask_outtask BEGIN
        INSERT INTO outtask_wordsof (outtask_id) VALUES (new.id);
        INSERT INTO outtask_words (rowid, title, reference)
            SELECT number, new.title, new.reference FROM outtask_wordsof WHERE outtask_id = new.id;
    END""",
    """CREATE TRIGGER outtask_words_changed AFTER UPDATE OF title, reference ON outtask_outtask
    WHEN old.title <> new.title OR old.reference <> new.reference BEGIN
        UPDATE outtask_words SET title = new.title, reference = new.reference
            WHERE rowid = (SELECT number FROM outtask_wordsof WHERE outtask_id = new.id);
    END""",
    """CREATE TRIGGER outtask_words_gone AFTER DELETE ON outtask_outtask BEGIN
        DELETE FROM outtask_words
            WHERE rowid = (SELECT number FROM outtask_wordsof WHERE outtask_id = old.id);
        DELETE FROM outtask_wordsof WHERE outtask_id = old.id;
    END""",
    "INSERT INTO outtask_wordsof (outtask_id) SELECT id FROM outtask_outtask ORDER BY id",
    "INSERT INTO outtask_words (rowid, title, reference)"
    " SELECT number, title, reference FROM outtask_wordsof JOIN outtask_outtask ON id = outtask_id",
)
SQLITE_BACK = (
    "DROP TRIGGER outtask_words_new",
    "DROP TRIGGER outtask_words_changed",
    "DROP TRIGGER outtask_words_gone",
    "DROP TABLE outtask_words",
    "DROP TABLE outtask_wordsof",
)
# What PostgreSQL would take for one long word (addresses, dates, hyphened words) comes apart.
POSTGRESQL = (
    "CREATE INDEX outtask_words ON outtask_outtask USING gin (to_tsvector('simple'::regconfig,"
    " translate(title || ' ' || reference, '-_./:@&<>+~', '           ')))",
)
POSTGRESQL_BACK = ("DROP INDEX outtask_words",)


def keep(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE, POSTGRESQL)


def drop(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE_BACK, POSTGRESQL_BACK)


def _run(schema_editor: Any, sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("outtask", "0005_spend_kept")]
    operations = [migrations.RunPython(keep, drop)]
