//! Stores over the in-process S3.

use lake_aws::{BucketOptions, Connection, S3Location, S3Store};
use testkit::s3::S3Server;

/// A server, with its credentials.
pub fn connection(server: &S3Server) -> Connection {
    Connection {
        endpoint: server.endpoint(),
        region: S3Server::REGION.to_owned(),
        access_key: S3Server::ACCESS_KEY.to_owned(),
        secret_key: S3Server::SECRET_KEY.to_owned(),
    }
}

/// A location on a server, with its own client, without retries.
pub fn bucket(server: &S3Server, location: S3Location, options: BucketOptions) -> S3Store {
    S3Store::new(connection(server).client(), location, options)
}
