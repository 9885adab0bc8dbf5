//! The emulator from outside: real HTTP on both sides.

#![cfg(test)]

mod api_frame;
mod chat_post_message;
mod control;
mod conversations;
mod delivery;
mod delivery_order;
mod event_shapes;
mod faults;
mod library;
mod page;
mod server;
mod support;
mod users;
