//! The emulator from outside: real HTTP on both sides.

#![cfg(test)]

mod api_frame;
mod channels;
mod chat_delete;
mod chat_post_message;
mod chat_update;
mod control;
mod control_people;
mod conversations;
mod conversations_invite;
mod delivery;
mod delivery_order;
mod directory;
mod edits;
mod emoji;
mod event_shapes;
mod faults;
mod files;
mod home;
mod library;
mod limits;
mod oauth_access;
mod oauth_page;
mod oauth_rotation;
mod other_app;
mod page;
mod people_posts;
mod people_tokens;
mod reactions;
mod reactions_api;
mod server;
mod support;
mod uninstall;
mod users;
