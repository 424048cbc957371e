"""What `outtask doctor` looks at beside what `/readyz` asks, and why each of it matters."""

from outtask.cli.checkup import address, evidence, machine
from outtask.followers import health

CHECKS: tuple[health.Check, ...] = (
    machine.python,
    health.database,
    machine.version,
    machine.restore,
    health.disk,
    health.secrets,
    health.clock,
    machine.time,
    health.files,
    evidence.stored,
    health.worker,
    evidence.letters,
    health.mail,
    address.mail_account,
    address.address,
    address.certificate,
    health.journal,
    evidence.books,
    evidence.backup,
)

# Why anybody should care, by the name of the finding.
MATTERS = {
    "settings": "A misspelt setting has no effect, and nobody is told.",
    "python": "Older versions lack what the code stands on; a defective SQLite can damage the database.",
    "database": "Everything but stored files is in the database; without it nothing works.",
    "migrations": "Code and database must agree on every table, or pages fail and data may be misread.",
    "restore": "Half of the old state and half of the new one together are no installation.",
    "disk": "On a full disk nothing more can be written, and uploads are refused.",
    "secrets": "Who reads the keys can make the links of guests, and sign in the name of this installation.",
    "clock": "Deadlines are kept by the clock, and the journal tells when things happened.",
    "time": "A clock that runs behind gives new entries an earlier time than those before them.",
    "files": "Uploads and downloads are refused while files cannot be kept.",
    "stored": "A file that is named and not there was evidence of something: a delivery, an agreement.",
    "worker": "Without a worker no mail leaves, no deadline passes and no check runs.",
    "letters": "Something that should have happened did not, and will not by itself.",
    "mail": "People learn by mail that they are asked for something.",
    "mail account": "A mail server that does not take the account keeps every mail here.",
    "address": "Links in mails lead to this address; to other names the server does not answer.",
    "certificate": "Without a good certificate browsers warn people away, and passwords can be read.",
    "journal": "The journal is the evidence of who did what; it must be as it was written.",
    "books": "Limits are kept by these sums; money must be where the postings put it.",
    "backup": "Only a backup on another machine brings back what a broken disk takes.",
}
