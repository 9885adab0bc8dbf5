-- What an uninstalled workspace had is found by it when it is removed (docs/DATA.md).
CREATE INDEX shown_reactions_workspace ON shown_reactions (workspace_id);
CREATE INDEX reaction_notices_workspace ON reaction_notices (workspace_id);
CREATE INDEX reaction_notices_from_workspace ON reaction_notices (from_workspace_id);
