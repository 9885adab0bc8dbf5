-- What an uninstalled workspace had is found by it when it is removed (docs/DATA.md).
ALTER TABLE shown_reactions ADD KEY shown_reactions_workspace (workspace_id);
ALTER TABLE reaction_notices ADD KEY reaction_notices_workspace (workspace_id);
ALTER TABLE reaction_notices ADD KEY reaction_notices_from_workspace (from_workspace_id);
