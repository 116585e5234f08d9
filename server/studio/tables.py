"""Tables of the studio in the settings database: jobs with their results, and the plans that managers keep."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from server.config.database import ConfigTable
from server.config.tables import CODE

ID = 16
"""64 random bits in hexadecimal."""


class StudioJobRow(ConfigTable, table=True):
    """A job (计算任务) with what was asked and what came of it, as JSON."""

    __tablename__ = "studio_job"

    id: str = Field(primary_key=True, max_length=ID)
    hall: str = Field(max_length=CODE, index=True)
    kind: str = Field(max_length=10)
    actor: str = Field(max_length=120)
    state: str = Field(max_length=10)
    at_ms: int = Field(sa_type=BigInteger)
    ended_ms: int = Field(sa_type=BigInteger)
    ask: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    """Its last note: the result, or why there is none."""
    kept: str = Field(sa_type=Text)
    """What jobs that rest on this one need; pages never see it."""


class StudioPlanRow(ConfigTable, table=True):
    """A plan that somebody kept (方案)."""

    __tablename__ = "studio_plan"

    id: str = Field(primary_key=True, max_length=ID)
    hall: str = Field(max_length=CODE, index=True)
    name: str = Field(max_length=80)
    ground: str = Field(max_length=ID)
    actor: str = Field(max_length=120)
    at_ms: int = Field(sa_type=BigInteger)
    draft: str = Field(sa_type=Text)
    side: str = Field(sa_type=Text)
    """Its figures when it was kept."""
