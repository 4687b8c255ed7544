"""`GET /metrics`: the metrics of this process, for a Prometheus server."""

from aiohttp import web

from bot.metrics.registry import Metrics


class MetricsApi:
    """Answers from memory, without a call to another process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/metrics", self.on_get)]

    async def on_get(self, _: web.Request) -> web.Response:
        page = self._metrics.render()
        return web.Response(body=page.body, headers={"Content-Type": page.content_type})
