-- What a message says, in short (`shared/src/echo.rs`): by it an app that repeats what stands in its channel is known.
ALTER TABLE posts ADD COLUMN echo TEXT COLLATE "C";
