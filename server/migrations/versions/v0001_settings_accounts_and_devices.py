"""Settings accounts and devices."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TABLES = (
    "accounts",
    "calendar_day",
    "calendar_version",
    "calendar_year",
    "devices",
    "setting_revision",
    "template",
    "hall",
    "sessions",
    "sheet",
    "area",
    "hall_sheet",
    "item",
    "package",
    "policy_version",
    "theme",
    "week_span",
    "window",
    "window_task",
)


def upgrade() -> None:
    """Create all tables, each after those it refers to."""
    _create_accounts()
    _create_calendar_day()
    _create_calendar_version()
    _create_calendar_year()
    _create_devices()
    _create_setting_revision()
    _create_template()
    _create_hall()
    _create_sessions()
    _create_sheet()
    _create_area()
    _create_hall_sheet()
    _create_item()
    _create_package()
    _create_policy_version()
    _create_theme()
    _create_week_span()
    _create_window()
    _create_window_task()


def downgrade() -> None:
    """Drop all tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("halls", sa.String(2000), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_accounts")),
    )


def _create_calendar_day() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("hall", sa.String(40), nullable=False),
        sa.Column("date", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "date", name=op.f("pk_calendar_day")),
    )


def _create_calendar_version() -> None:
    op.create_table(
        "calendar_version",
        sa.Column("hall", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hall", name=op.f("pk_calendar_version")),
    )


def _create_calendar_year() -> None:
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )


def _create_devices() -> None:
    op.create_table(
        "devices",
        sa.Column("device", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("area", sa.String(40), nullable=False),
        sa.Column("window", sa.String(40), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_devices_token_hash")),
    )
    op.create_index(op.f("ix_devices_hall"), "devices", ["hall"], unique=False)


def _create_setting_revision() -> None:
    op.create_table(
        "setting_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hall", sa.String(40), nullable=True),
        sa.Column("template", sa.String(40), nullable=True),
        sa.Column("section", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_revision")),
    )
    op.create_index(op.f("ix_setting_revision_hall"), "setting_revision", ["hall"], unique=False)
    op.create_index(op.f("ix_setting_revision_template"), "setting_revision", ["template"], unique=False)


def _create_template() -> None:
    op.create_table(
        "template",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_template")),
    )


def _create_hall() -> None:
    op.create_table(
        "hall",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("parent", sa.String(40), nullable=True),
        sa.Column("zone", sa.String(60), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("template", sa.String(40), nullable=True),
        sa.Column("voice", sa.String(10), nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('general', 'special', 'sub')", name=op.f("ck_hall_kind")),
        sa.CheckConstraint("level IN ('district', 'street', 'community')", name=op.f("ck_hall_level")),
        sa.CheckConstraint("voice IN ('browser', 'silent')", name=op.f("ck_hall_voice")),
        sa.ForeignKeyConstraint(["parent"], ["hall.code"], name=op.f("fk_hall_parent_hall")),
        sa.ForeignKeyConstraint(["template"], ["template.code"], name=op.f("fk_hall_template_template")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_hall")),
    )
    op.create_index(op.f("ix_hall_parent"), "hall", ["parent"], unique=False)
    op.create_index(op.f("ix_hall_template"), "hall", ["template"], unique=False)


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.account"], name=op.f("fk_sessions_account_accounts")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account"), "sessions", ["account"], unique=False)


def _create_sheet() -> None:
    op.create_table(
        "sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(10), nullable=False),
        sa.Column("template", sa.String(40), nullable=True),
        sa.Column("hall", sa.String(40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("own_makeup", sa.Boolean(), nullable=False),
        sa.CheckConstraint("section IN ('items', 'windows', 'hours', 'policy')", name=op.f("ck_sheet_section")),
        sa.CheckConstraint("(template IS NULL) <> (hall IS NULL)", name=op.f("ck_sheet_owner")),
        sa.ForeignKeyConstraint(["hall"], ["hall.code"], name=op.f("fk_sheet_hall_hall")),
        sa.ForeignKeyConstraint(["template"], ["template.code"], name=op.f("fk_sheet_template_template")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
        sa.UniqueConstraint("hall", "section", name=op.f("uq_sheet_hall")),
        sa.UniqueConstraint("template", "section", name=op.f("uq_sheet_template")),
    )


def _create_area() -> None:
    op.create_table(
        "area",
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name=op.f("fk_area_sheet_sheet")),
        sa.PrimaryKeyConstraint("sheet", "position", name=op.f("pk_area")),
        sa.UniqueConstraint("sheet", "code", name=op.f("uq_area_sheet")),
    )


def _create_hall_sheet() -> None:
    op.create_table(
        "hall_sheet",
        sa.Column("hall", sa.String(40), nullable=False),
        sa.Column("section", sa.String(10), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hall"], ["hall.code"], name=op.f("fk_hall_sheet_hall_hall")),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name=op.f("fk_hall_sheet_sheet_sheet")),
        sa.PrimaryKeyConstraint("hall", "section", name=op.f("pk_hall_sheet")),
    )
    op.create_index(op.f("ix_hall_sheet_sheet"), "hall_sheet", ["sheet"], unique=False)


def _create_item() -> None:
    op.create_table(
        "item",
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("theme", sa.String(40), nullable=False),
        sa.Column("service_ms", sa.BigInteger(), nullable=False),
        sa.Column("service_cv_pct", sa.Integer(), nullable=False),
        sa.Column("keywords", sa.String(1000), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name=op.f("fk_item_sheet_sheet")),
        sa.PrimaryKeyConstraint("sheet", "position", name=op.f("pk_item")),
        sa.UniqueConstraint("sheet", "code", name=op.f("uq_item_sheet")),
    )


def _create_package() -> None:
    op.create_table(
        "package",
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name=op.f("fk_package_sheet_sheet")),
        sa.PrimaryKeyConstraint("sheet", "position", name=op.f("pk_package")),
        sa.UniqueConstraint("sheet", "code", name=op.f("uq_package_sheet")),
    )


def _create_policy_version() -> None:
    op.create_table(
        "policy_version",
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name=op.f("fk_policy_version_sheet_sheet")),
        sa.PrimaryKeyConstraint("sheet", "version", name=op.f("pk_policy_version")),
    )


def _create_theme() -> None:
    op.create_table(
        "theme",
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name=op.f("fk_theme_sheet_sheet")),
        sa.PrimaryKeyConstraint("sheet", "position", name=op.f("pk_theme")),
        sa.UniqueConstraint("sheet", "code", name=op.f("uq_theme_sheet")),
    )


def _create_week_span() -> None:
    op.create_table(
        "week_span",
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name=op.f("fk_week_span_sheet_sheet")),
        sa.PrimaryKeyConstraint("sheet", "position", name=op.f("pk_week_span")),
    )


def _create_window() -> None:
    op.create_table(
        "window",
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("area", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("help_when", sa.String(10), nullable=False),
        sa.Column("help_after_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name=op.f("fk_window_sheet_sheet")),
        sa.PrimaryKeyConstraint("sheet", "position", name=op.f("pk_window")),
        sa.UniqueConstraint("sheet", "code", name=op.f("uq_window_sheet")),
    )


def _create_window_task() -> None:
    op.create_table(
        "window_task",
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("window", sa.String(40), nullable=False),
        sa.Column("relation", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name=op.f("fk_window_task_sheet_sheet")),
        sa.PrimaryKeyConstraint("sheet", "position", name=op.f("pk_window_task")),
    )
