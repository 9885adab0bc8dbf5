//! The database layer on each engine: schema, statements, repositories, queue.

mod claims;
mod copies;
mod documents;
mod mappings;
mod migrations;
mod pauses;
mod queue;
mod replay;
mod retention;
mod rotation;
mod running;
mod schedule;
mod sealing;
mod statements;
mod tls;
mod turns;
mod writer;
