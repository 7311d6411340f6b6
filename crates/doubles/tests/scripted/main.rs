//! The scripted facilitator, over HTTP, in front of a small facilitator of the tests' own.

mod acts;
mod dialect;
mod door;
mod holding;
mod passing;
mod records;
mod repeats;
mod scripts;
mod support;
mod upstream;
