"""The command line: names the commands and their options; what they do is in `bot.commands`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import settings as configuration
from bot.settings import Settings, SettingsError

RoleName = Literal["counsellor", "lead", "supervisor", "editor", "chief-editor", "admin"]  # as bot.store.people.Role
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="家有方 Jiayoufang.")
knowledge_app = typer.Typer(no_args_is_help=True, help="The content files of the library.")
index_app = typer.Typer(no_args_is_help=True, help="The search index made from the library.")
staff_app = typer.Typer(no_args_is_help=True, help="Accounts of counsellors, editors and administrators.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
wechat_app = typer.Typer(no_args_is_help=True, help="The service account.")
safety_app = typer.Typer(no_args_is_help=True, help="How danger is recognised.")
eval_app = typer.Typer(no_args_is_help=True, help="How good it is, measured.")
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(index_app, name="index")
app.add_typer(staff_app, name="staff")
app.add_typer(db_app, name="db")
app.add_typer(wechat_app, name="wechat")
app.add_typer(safety_app, name="safety")
app.add_typer(eval_app, name="eval")


@contextmanager
def _configured(mistake: type[Exception] = SettingsError) -> Iterator[Settings]:
    """Give the settings; what a person can mend (also `mistake`) is said in a sentence, not as a traceback."""
    try:
        settings = configuration.load()
    except SettingsError as error:
        _fail(str(error))
    from bot import observe  # noqa: PLC0415  (commands import late, so that each starts quickly)

    observe.configure(json=settings.log_json)
    try:
        yield settings
    except (SettingsError, mistake) as error:
        _fail(str(error))


def _fail(message: str) -> None:
    typer.echo(f"bot: {message}", err=True)
    raise typer.Exit(2)


@app.command()
def serve(only: Annotated[Literal["web", "jobs"] | None, typer.Option(help="Run one half only.")] = None) -> None:
    """Run the product with the settings of the environment."""
    with _configured() as settings:
        from bot.commands.serve import serve as run  # noqa: PLC0415

        run(settings, only=only)


@app.command()
def demo() -> None:
    """Run the product on embedded defaults with a simulated WeChat and an account for the desk."""
    with _configured() as settings:
        from bot.commands.demo import demo as run  # noqa: PLC0415

        run(settings)


@app.command()
def ask() -> None:
    """Answer questions: one JSON object a line on standard input, one a line on standard output."""
    with _configured() as settings:
        from bot.commands.ask import ask as run  # noqa: PLC0415

        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]  # a stray byte is no reason to stop
        run(settings, sys.stdin, sys.stdout)


@app.command()
def chat(region: Annotated[str | None, typer.Option(help="Region slug, e.g. putuo.")] = None) -> None:
    """Talk with the bot in the terminal."""
    with _configured() as settings:
        from bot.commands.ask import chat as run  # noqa: PLC0415

        run(settings, region)


@eval_app.command("retrieval")
def eval_retrieval(
    cases: Annotated[
        Path | None, typer.Argument(help="A folder or file of cases; the packaged exam otherwise.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure how well questions find their entries, beside what others do."""
    with _configured() as settings:
        from bot.commands.evaluate import retrieval  # noqa: PLC0415
        from knowledge.exam import ExamError  # noqa: PLC0415

        try:
            good = retrieval(settings, cases, as_json=json)
        except (ExamError, OSError) as error:
            _fail(str(error))
        if not good:
            raise typer.Exit(1)


@eval_app.command("safety")
def eval_safety(
    *,
    public: Annotated[Path | None, typer.Option(help="JSON lines of PsySUICIDE's form, measured beside ours.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the first table as JSON.")] = False,
) -> None:
    """Measure how many dangers are found and how many false alarms are rung, beside what others do."""
    with _configured() as settings:
        from bot.commands.eval_safety import run  # noqa: PLC0415

        try:
            good = run(settings, public, as_json=json)
        except (ValueError, OSError) as error:
            _fail(str(error))
        if not good:
            raise typer.Exit(1)


@safety_app.command("train")
def safety_train() -> None:
    """Train the classifier from the labelled messages and write it into the package."""
    from bot.commands.safety import train  # noqa: PLC0415

    train()


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write one file with the database, the live index and the signing key."""
    with _configured() as settings:
        from bot.commands.backup import BackupError  # noqa: PLC0415
        from bot.commands.backup import backup as run  # noqa: PLC0415

        try:
            run(settings, target)
        except BackupError as error:
            _fail(str(error))


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace what is in the database.")] = False,
) -> None:
    """Bring back a backup."""
    with _configured() as settings:
        from bot.commands.backup import BackupError  # noqa: PLC0415
        from bot.commands.backup import restore as run  # noqa: PLC0415

        try:
            run(settings, source, force=force)
        except BackupError as error:
            _fail(str(error))


@app.command()
def health() -> None:
    """Ask the running server whether it is ready; for container health checks."""
    with _configured() as settings:
        from urllib.error import URLError  # noqa: PLC0415
        from urllib.request import urlopen  # noqa: PLC0415

        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  (named, not bound)
        try:
            with urlopen(f"http://{host}:{settings.port}/health/ready", timeout=5) as answer:
                typer.echo(answer.read().decode())
        except (URLError, OSError) as error:
            _fail(f"not ready: {error}")


@knowledge_app.command("check")
def knowledge_check(folder: Annotated[Path | None, typer.Argument(help="A content folder.")] = None) -> None:
    """Say everything that is wrong with the content files."""
    from bot.commands.library import check_content  # noqa: PLC0415

    raise typer.Exit(not check_content(folder))


@knowledge_app.command("export")
def knowledge_export(
    target: Annotated[Path, typer.Argument(help="The folder to write.")],
    form: Annotated[str, typer.Option("--as", help="folder, or a file of it: xlsx, csv, docx, md.")] = "folder",
) -> None:
    """Write the library to a folder; importing it gives exactly the same."""
    from bot.commands.library import export_content  # noqa: PLC0415

    raise typer.Exit(not export_content(target, form))


@knowledge_app.command("import")
def knowledge_import(
    source: Annotated[Path, typer.Argument(help="A content folder, or a file: xlsx, csv, docx, md, zip.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only.")] = False,
) -> None:
    """Take a folder as the library, or a file's things into it, if nothing is wrong with it."""
    from bot.commands.library import import_content  # noqa: PLC0415

    raise typer.Exit(not import_content(source, dry_run=dry_run))


@index_app.command("build")
def index_build(content: Annotated[Path | None, typer.Argument(help="A content folder.")] = None) -> None:
    """Check and publish the library: build its index beside, verify it, make it live."""
    with _configured() as settings:
        from bot.commands.index import build_and_publish  # noqa: PLC0415
        from bot.jobs.publish import PublishError  # noqa: PLC0415
        from indexes.build import BuildError  # noqa: PLC0415
        from knowledge.files import ContentError  # noqa: PLC0415

        try:
            typer.echo(build_and_publish(settings, content=content))
        except (PublishError, BuildError, ContentError) as error:
            _fail(str(error))


@index_app.command("rollback")
def index_rollback(directory: Annotated[str, typer.Argument(help="A directory below the indexes folder.")]) -> None:
    """Make an older index the live one."""
    with _configured() as settings:
        from bot.commands.index import point_back  # noqa: PLC0415
        from bot.jobs.publish import PublishError  # noqa: PLC0415

        try:
            point_back(settings, directory)
        except PublishError as error:
            _fail(str(error))


@index_app.command("train")
def index_train(target: Annotated[Path, typer.Argument(help="The folder to write the model to.")]) -> None:
    """Train the small embedding model from the library and save it; the same library gives the same bytes."""
    from bot.commands.index import train_model  # noqa: PLC0415

    train_model(target)


@staff_app.command("add")
def staff_add(
    login: str,
    name: Annotated[str, typer.Option(prompt="Name shown to parents, e.g. 周老师")],
    role: Annotated[RoleName | None, typer.Option(help="Without it the one they have, or counsellor.")] = None,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Add an account, or give an existing one a new name, role and password."""
    with _configured(ValueError) as settings:
        from bot.commands.staff import add  # noqa: PLC0415

        add(settings, login=login, name=name, role=role, password=password)


@staff_app.command("disable")
def staff_disable(login: str) -> None:
    """Close an account at once: its sessions end, its cases go back to the queue. The last administrator stays."""
    with _configured(ValueError) as settings:
        from bot.commands.staff import disable  # noqa: PLC0415

        if not disable(settings, login):
            _fail(f"there is no account {login}")


@staff_app.command("reset")
def staff_reset(login: str) -> None:
    """Take a second factor away when phone and recovery codes are lost; the password stays, the sessions end."""
    with _configured() as settings:
        from bot.commands.staff import reset  # noqa: PLC0415

        if not reset(settings, login):
            _fail(f"there is no account {login}")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's schema."""
    with _configured() as settings:
        from bot.commands.database import upgrade  # noqa: PLC0415

        typer.echo(upgrade(settings))


@wechat_app.command("menu")
def wechat_menu() -> None:
    """Give the service account its custom menu."""
    with _configured() as settings:
        from bot.commands.wechat import create_menu  # noqa: PLC0415

        create_menu(settings)
        typer.echo("menu created: followers see it within five minutes")
