"""The records: everything that is kept between two runs of the product."""

from __future__ import annotations

from pathlib import Path

from evaluator.files import keep_private
from evaluator.settings import Settings, load_settings
from evaluator.storage.appeals import Appeals
from evaluator.storage.attempts_and_drafts import Attempts, Drafts
from evaluator.storage.audit import Audit
from evaluator.storage.batches import Batches
from evaluator.storage.calibration_sessions import CalibrationSessions
from evaluator.storage.calls import Calls
from evaluator.storage.interviews import Interviews
from evaluator.storage.opening import Database
from evaluator.storage.persons import Persons
from evaluator.storage.provider_jobs import ProviderJobs
from evaluator.storage.reviews import Reviews
from evaluator.storage.runners import Runners
from evaluator.storage.samples import Samples
from evaluator.storage.sittings import Sittings
from evaluator.storage.versions import Profiles, RubricVersions


class Records(Reviews):
    """Gradings with what people added, and `appeals`, `samples`, `persons`, `drafts`, `attempts`, `calls`, `batches`,
    `runners`, `rubrics`, `profiles`, `interviews`, `sittings` and `calibration_sessions`.

    Calls are short and block; from a coroutine use `asyncio.to_thread`. Safe to share between threads. Every failure of
    the disk or the database is a StorageError, and then nothing of that call was stored.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.audit = Audit(database)
        self.appeals = Appeals(database)
        self.samples = Samples(database)
        self.persons = Persons(database)
        self.drafts = Drafts(database)
        self.attempts = Attempts(database)
        self.calls = Calls(database)
        self.batches = Batches(database)
        self.provider_jobs = ProviderJobs(database)
        self.runners = Runners(database)
        self.rubrics = RubricVersions(database)
        self.profiles = Profiles(database)
        self.interviews = Interviews(database)
        self.sittings = Sittings(database)
        self.calibration_sessions = CalibrationSessions(database)

    def close(self) -> None:
        """Closes the connections; the records cannot be used afterwards."""
        self.database.close()

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_records(settings: Settings | None = None) -> Records:
    """Opens the records named by the settings, creating or upgrading tables as needed."""
    settings = settings or load_settings()
    if (settings.data_dir / "records.db").exists() and settings.data_dir.resolve() not in (Path.home(), Path.cwd()):
        keep_private(settings.data_dir)  # older versions made it readable for everyone
    database = Database(settings.records_url, settings.data_dir)
    database.migrate()
    return Records(database)
