"""The page: static files of the `page` folder."""

from pathlib import Path

from aiohttp import web

PAGE = Path(__file__).parent.parent / "page"
_FRESH = {"Cache-Control": "no-cache"}


async def index(_request: web.Request) -> web.StreamResponse:
    """Serve the page itself."""
    return _file("index.html")


async def asset(request: web.Request) -> web.StreamResponse:
    """Serve a file that the page loads."""
    return _file(request.match_info["path"])


def _file(path: str) -> web.StreamResponse:
    # A file name can't hold a NUL; the file system would raise.
    file = (PAGE / path.replace("\0", "")).resolve()
    if not file.is_relative_to(PAGE) or not file.is_file():
        return web.Response(status=404, text=f"the sandbox has no page {path}")
    return web.FileResponse(file, headers=_FRESH)


ROUTES = [web.get("/", index), web.get("/page/{path:.+}", asset)]
