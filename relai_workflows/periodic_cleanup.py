"""The daily cleanup, run by a Temporal Schedule."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from relai_activities.cleanup import CleanupActivities
    from relai_activities.contracts import CleanupInput
    from relai_workflows import options
    from relai_workflows.contracts import PeriodicCleanupInput, PeriodicCleanupResult


@workflow.defn(name="PeriodicCleanupWorkflow")
class PeriodicCleanupWorkflow:
    """Archives tasks that were closed long ago. Deletes nothing."""

    @workflow.run
    async def run(self, start: PeriodicCleanupInput) -> PeriodicCleanupResult:
        """Archive, and return the count."""
        archived = await workflow.execute_activity_method(
            CleanupActivities.cleanup_completed_tasks,
            CleanupInput(closed_before=workflow.now() - start.archive_after),
            **options.BATCH,
        )
        workflow.logger.info("archived %d tasks", archived)
        return PeriodicCleanupResult(archived=archived)
