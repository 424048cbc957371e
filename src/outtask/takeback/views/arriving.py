"""The first page's third way to begin: bring an organisation along in its archive.

Only while nobody uses the installation. Somebody signed in cannot do it: an archive may go on where an
organisation's journal ends and replace its rows, which is for whoever runs the installation to do, by
`outtask import archive`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.tasks import Task, TaskResult, TaskResultStatus
from django.tasks.exceptions import TaskResultDoesNotExist
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from outtask.files import incoming
from outtask.files.rules import plain_name
from outtask.followers.registry import followers
from outtask.people import queries
from outtask.takeback.arriving import NOBODY, Told, bring_archive, lines_read, look_at_archive
from outtask.takeback.forms import ArchiveForm, ArriveForm
from outtask.ui.pages import see_other

KEPT_IN = "arriving"
"""Key of the session: the archive's SHA-256, and the ids of the tasks that look at it and take it in."""
AGAIN_AFTER = "2"
"""Seconds until a page about work under way asks for itself again, by a header that needs no script."""

type View = Callable[[HttpRequest], HttpResponse]


def _while_empty(view: View) -> View:
    """Once an organisation is here, only who brought it is told so; everybody else signs in."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("first-run")
        brought = request.method in {"GET", "HEAD"} and request.session.get(KEPT_IN, {}).get("bringing")
        if queries.real_organisations() and not brought:
            return redirect("account_login")
        return view(request)

    return never_cache(answer)


@_while_empty
def archive(request: HttpRequest) -> HttpResponse:
    """Send an archive; then how far it is, what is in it, and that it is here: one address for all of it."""
    form = ArchiveForm(request.POST, request.FILES) if request.method == "POST" else ArchiveForm()
    if form.is_valid():
        with form.taking_refusals():
            _look(request, form.cleaned_data["file"])
            return see_other("arrival")
    if form.is_bound:
        return _page(request, "choose", form=form)
    return _shown(request)


def _look(request: HttpRequest, sent: UploadedFile[Any]) -> None:
    sha256 = incoming.keep(NOBODY, sent.chunks(), plain_name(sent.name or ""))
    looking = look_at_archive.enqueue(sha256=sha256)
    request.session[KEPT_IN] = {"sha256": sha256, "looking": looking.id, "bringing": ""}


@sensitive_post_parameters("password")
@require_POST
@_while_empty
def bring(request: HttpRequest) -> HttpResponse:
    """Have what was shown taken in, and set the password of the owner who brings it."""
    kept = request.session.get(KEPT_IN, {})
    preview = _told(_result(look_at_archive, kept.get("looking", "")))
    if kept.get("bringing") or preview is None or preview["refused"]:
        return see_other("arrival")  # pressed twice, or there is nothing to take in
    form = ArriveForm(preview, request.POST)
    if not form.is_valid():
        return _page(request, "preview", form=form, preview=_readable(preview))
    bringing = bring_archive.enqueue(
        sha256=kept["sha256"],
        owner_id=form.cleaned_data["owner"],
        # Hashed here: the password itself is written nowhere. The record of the task goes after a week.
        password_hash=make_password(form.cleaned_data["password"]),
        followers=[follower.name for follower in followers()],
    )
    request.session[KEPT_IN] = kept | {"bringing": bringing.id, "email": form.email}
    return see_other("arrival")


def _shown(request: HttpRequest) -> HttpResponse:
    """Where the archive of this browser stands."""
    kept = request.session.get(KEPT_IN, {})
    bringing = _result(bring_archive, kept.get("bringing", ""))
    if bringing is not None:
        done = _told(bringing)
        if done is None:
            return _under_way(request, "bringing", bringing)
        if not done["refused"]:
            return _page(request, "here", email=kept["email"])
        return _page(request, "choose", form=ArchiveForm(), wrong=done["refused"])
    looking = _result(look_at_archive, kept.get("looking", ""))
    if looking is None:
        return _page(request, "choose", form=ArchiveForm())
    preview = _told(looking)
    if preview is None:
        return _under_way(request, "looking", looking)
    if preview["refused"]:
        return _page(request, "choose", form=ArchiveForm(), wrong=preview["refused"])
    return _page(request, "preview", form=ArriveForm(preview), preview=_readable(preview))


def _under_way(request: HttpRequest, stage: str, result: TaskResult[..., Any]) -> HttpResponse:
    """A page that asks for itself again, or says that it was given up."""
    if result.status == TaskResultStatus.FAILED:
        return _page(request, "choose", form=ArchiveForm(), gave_up=True)
    response = _page(request, stage, lines=lines_read(result.id))
    response.headers["Refresh"] = AGAIN_AFTER
    return response


def _page(request: HttpRequest, stage: str, **context: Any) -> HttpResponse:
    form = context.get("form")
    status = form.status if form is not None else 200
    return render(request, "takeback/arrival.html", {"stage": stage, **context}, status=status)


def _result(of: Task[..., Any], task_id: str) -> TaskResult[..., Any] | None:
    """The task of this id; None when there is none, or its record is gone."""
    try:
        return of.get_result(task_id) if task_id else None
    except TaskResultDoesNotExist:
        return None


def _told(result: TaskResult[..., Any] | None) -> Told | None:
    """What a task found, None until it is done."""
    if result is None or result.status != TaskResultStatus.SUCCESSFUL:
        return None
    found: Told = result.return_value
    return found


def _readable(preview: Told) -> Told:
    return preview | {"as_of": parse_datetime(preview["as_of"])}
