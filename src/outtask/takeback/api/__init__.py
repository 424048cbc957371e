"""Ways home for programs: taking an out-task back, and leaving with everything."""

from outtask.takeback.api import handovers, leaving

ROUTERS = (handovers.room, leaving.archives, leaving.drills)
