//! Who did it: the `userIdentity` of records, as text with the markers of [`crate::record`].

/// A kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A program with a role: an instance, a task, a function.
    Workload,
    /// A person with a role of the identity centre.
    Person,
    /// The same in newer records, with `onBehalfOf`.
    PersonOnBehalf,
    /// An IAM user's access key.
    User,
    /// The root user of an account.
    Root,
    /// A service by itself.
    Service,
    /// A service that acts with its caller's role.
    Forwarded,
    /// A pod's token, or a pipeline's.
    WebIdentity,
    /// Another account of the organisation.
    OtherAccount,
    /// An event that AWS itself caused: no principal.
    Nobody,
}

/// Where a call comes from: what stands in `sourceIPAddress` and `userAgent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An address of the account, and a program.
    Program,
    /// An office, and a browser or shell.
    Office,
    /// A service's name in both.
    Service,
}

impl Caller {
    pub(crate) fn origin(self) -> Origin {
        match self {
            Caller::Workload | Caller::User | Caller::WebIdentity | Caller::OtherAccount => Origin::Program,
            Caller::Person | Caller::PersonOnBehalf | Caller::Root => Origin::Office,
            Caller::Service | Caller::Forwarded | Caller::Nobody => Origin::Service,
        }
    }

    /// The value of `userIdentity`.
    pub(crate) fn identity(self) -> &'static str {
        match self {
            Caller::Workload => {
                r#"{"type":"AssumedRole","principalId":"<role-id>:<instance>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<instance>","accountId":"<account>","accessKeyId":"<session-key>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"<role-id>","arn":"arn:aws:iam::<account>:role/<role>","accountId":"<account>","userName":"<role>"},"attributes":{"creationDate":"<session-time>","mfaAuthenticated":"false"}}}"#
            }
            Caller::Person => {
                r#"{"type":"AssumedRole","principalId":"<sso-id>:<person>@example.com","arn":"arn:aws:sts::<account>:assumed-role/<sso-role>/<person>@example.com","accountId":"<account>","accessKeyId":"<session-key>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"<sso-id>","arn":"arn:aws:iam::<account>:role/<sso-path>","accountId":"<account>","userName":"<sso-role>"},"webIdFederationData":{},"attributes":{"creationDate":"<session-time>","mfaAuthenticated":"false"}}}"#
            }
            Caller::PersonOnBehalf => {
                r#"{"type":"AssumedRole","principalId":"<sso-id>:<person>@example.com","arn":"arn:aws:sts::<account>:assumed-role/<sso-role>/<person>@example.com","accountId":"<account>","accessKeyId":"<session-key>","onBehalfOf":{"userId":"93<hex8>-<uuid>","identityStoreArn":"arn:aws:identitystore::<account>:identitystore/d-9367<hex6>"},"credentialId":"<hex32>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"<sso-id>","arn":"arn:aws:iam::<account>:role/<sso-path>","accountId":"<account>","userName":"<sso-role>"},"attributes":{"creationDate":"<session-time>","mfaAuthenticated":"true"}}}"#
            }
            Caller::User => {
                r#"{"type":"IAMUser","principalId":"<user-id>","arn":"arn:aws:iam::<account>:user/<user>","accountId":"<account>","accessKeyId":"<user-key>","userName":"<user>"}"#
            }
            Caller::Root => {
                r#"{"type":"Root","principalId":"<account>","arn":"arn:aws:iam::<account>:root","accountId":"<account>","accessKeyId":"<session-key>","sessionContext":{"attributes":{"creationDate":"<session-time>","mfaAuthenticated":"true"}}}"#
            }
            Caller::Service => r#"{"type":"AWSService","invokedBy":"<service>"}"#,
            Caller::Forwarded => {
                r#"{"type":"AssumedRole","principalId":"<role-id>:<function>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<function>","accountId":"<account>","accessKeyId":"<session-key>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"<role-id>","arn":"arn:aws:iam::<account>:role/<role>","accountId":"<account>","userName":"<role>"},"webIdFederationData":{},"attributes":{"creationDate":"<session-time>","mfaAuthenticated":"false"}},"invokedBy":"<service>"}"#
            }
            Caller::WebIdentity => {
                r#"{"type":"WebIdentityUser","principalId":"arn:aws:iam::<account>:oidc-provider/oidc.eks.<region>.amazonaws.com/id/<hex32>:sts.amazonaws.com:system:serviceaccount:kube-system:<function>","userName":"system:serviceaccount:kube-system:<function>","identityProvider":"arn:aws:iam::<account>:oidc-provider/oidc.eks.<region>.amazonaws.com/id/<hex32>"}"#
            }
            Caller::OtherAccount => {
                r#"{"type":"AWSAccount","principalId":"<role-id>:<function>","accountId":"<other-account>"}"#
            }
            Caller::Nobody => r#"{"accountId":"<account>","invokedBy":"AWS Internal"}"#,
        }
    }
}

/// Callers with their weights.
pub(crate) type Callers = &'static [(u32, Caller)];

/// Calls that programs make all day.
pub(crate) const MACHINES: Callers =
    &[(80, Caller::Workload), (9, Caller::Forwarded), (6, Caller::User), (2, Caller::Person)];
/// Calls that anyone makes.
pub(crate) const ANYONE: Callers = &[
    (55, Caller::Workload),
    (20, Caller::Person),
    (8, Caller::PersonOnBehalf),
    (8, Caller::User),
    (8, Caller::Forwarded),
    (1, Caller::Root),
];
/// Calls that people make.
pub(crate) const PEOPLE: Callers =
    &[(60, Caller::Person), (25, Caller::PersonOnBehalf), (10, Caller::User), (2, Caller::Root)];
/// Roles being taken.
pub(crate) const ROLE_TAKERS: Callers =
    &[(70, Caller::Service), (20, Caller::Workload), (10, Caller::OtherAccount)];
/// Roles being taken with a token.
pub(crate) const TOKENS: Callers = &[(1, Caller::WebIdentity)];
/// Services alone.
pub(crate) const SERVICES: Callers = &[(1, Caller::Service)];
/// The console's sign-in page.
pub(crate) const SIGNING_IN: Callers = &[(5, Caller::User), (1, Caller::Root)];
/// AWS itself.
pub(crate) const NOBODY: Callers = &[(1, Caller::Nobody)];
