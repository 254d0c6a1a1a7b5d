"""SQL that makes a table a tenant's table: row-level security, composite foreign keys (design 11).

Used by migrations only. Foreign keys between tenant tables are composite (merchant_id, id), so that a row cannot
point across merchants; policies are FORCEd, so that not even the owner reads across.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import migrations


def referable(table: str) -> str:
    """Lets other tenant tables point at ``table``."""
    return f"ALTER TABLE {table} ADD CONSTRAINT {table}_tenant_key UNIQUE (merchant_id, id);"


def row_level_security(table: str, column: str = "merchant_id") -> str:
    """Only rows of the scope's merchant can be seen or written."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_tenant ON {table} USING ({column} = salur_merchant()) WITH CHECK ({column} = salur_merchant());
"""


def composite_key(table: str, column: str, target: str, *, on_delete: str = "NO ACTION") -> str:
    """``column`` must name a row of ``target`` of the same merchant."""
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_tenant_fk FOREIGN KEY (merchant_id, {column}) "
        f"REFERENCES {target} (merchant_id, id) ON DELETE {on_delete};"
    )


def append_only(table: str) -> migrations.RunSQL:
    """Rows of the table are never changed or deleted; what the trigger refuses is not granted either."""
    return migrations.RunSQL(
        f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION salur_append_only();
DO $$ DECLARE grantee name; BEGIN
  FOR grantee IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants g
    WHERE g.table_name = '{table}' AND g.grantee NOT IN (current_user, 'PUBLIC')
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM %I', grantee);
  END LOOP;
END $$;
""",
        migrations.RunSQL.noop,
    )


def tenant_tables(
    tables: Sequence[str],
    *,
    referable_tables: Sequence[str] = (),
    keys: Mapping[str, Mapping[str, str]] | None = None,
) -> migrations.RunSQL:
    """One operation for a domain's tables; ``keys`` is {table: {column: target table}}."""
    parts = [referable(t) for t in referable_tables]
    parts += [row_level_security(t) for t in tables]
    parts += [
        f"ALTER TABLE {t} ADD CONSTRAINT {t}_merchant_fk FOREIGN KEY (merchant_id) REFERENCES tenancy_merchant (id);"
        for t in tables
    ]
    parts += [composite_key(t, c, target) for t, columns in (keys or {}).items() for c, target in columns.items()]
    return migrations.RunSQL("\n".join(parts), migrations.RunSQL.noop)
