//! The events that happen. Texts hold the markers of [`crate::record`].

use crate::callers::{ANYONE, Callers, MACHINES, NOBODY, PEOPLE, ROLE_TAKERS, SERVICES, SIGNING_IN, TOKENS};

/// One sort of event.
#[derive(Debug)]
pub(crate) struct Template {
    /// How often, against the others.
    pub(crate) weight: u32,
    /// `eventSource`, without `.amazonaws.com`.
    pub(crate) source: &'static str,
    pub(crate) name: &'static str,
    pub(crate) read_only: bool,
    /// A data event, not a management event.
    pub(crate) data: bool,
    pub(crate) callers: Callers,
    pub(crate) request: &'static str,
    pub(crate) response: &'static str,
    /// `additionalEventData`; empty where there is none.
    pub(crate) additional: &'static str,
    /// `resources`; empty where there are none.
    pub(crate) resources: &'static str,
    /// Further members, each with a comma before it.
    pub(crate) details: &'static str,
    pub(crate) event_type: &'static str,
    /// What goes wrong in some calls: `errorCode` and `errorMessage`.
    pub(crate) error: Option<(&'static str, &'static str)>,
    pub(crate) error_per_mille: u32,
}

const DENIED: Option<(&str, &str)> = Some((
    "AccessDenied",
    "User: arn:aws:sts::<account>:assumed-role/<role>/<instance> is not authorized to perform this action because no identity-based policy allows it",
));
const DENIED_CLIENT: Option<(&str, &str)> = Some((
    "Client.UnauthorizedOperation",
    "You are not authorized to perform this operation. User: arn:aws:sts::<account>:assumed-role/<role>/<instance>. Encoded authorization failure message: <base64-96>",
));
const KMS_KEY: &str =
    r#"[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<key>"}]"#;
const S3_OBJECT: &str = r#"[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<object>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#;

/// A management event that reads.
const READ: Template = Template {
    weight: 10,
    source: "",
    name: "",
    read_only: true,
    data: false,
    callers: ANYONE,
    request: "null",
    response: "null",
    additional: "",
    resources: "",
    details: "",
    event_type: "AwsApiCall",
    error: DENIED,
    error_per_mille: 20,
};
const WRITE: Template = Template { read_only: false, ..READ };
const DATA_READ: Template = Template { data: true, callers: MACHINES, ..READ };
const DATA_WRITE: Template = Template { read_only: false, ..DATA_READ };

/// All of them.
pub(crate) const TEMPLATES: &[Template] = &[
    Template {
        weight: 170,
        source: "sts",
        name: "AssumeRole",
        callers: ROLE_TAKERS,
        request: r#"{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<instance>","externalId":"<uuid>","durationSeconds":3600}"#,
        response: r#"{"credentials":{"accessKeyId":"<fresh-key>","sessionToken":"<base64-96>","expiration":"<time>"},"assumedRoleUser":{"assumedRoleId":"<role-id>:<instance>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<instance>"}}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/<role>"}]"#,
        ..READ
    },
    Template {
        weight: 150,
        source: "s3",
        name: "GetObject",
        request: r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>"}"#,
        additional: r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"SSEApplied":"Default_SSE_S3","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<base64-76>","bytesTransferredOut":<num>}"#,
        resources: S3_OBJECT,
        error: Some(("NoSuchKey", "The specified key does not exist.")),
        ..DATA_READ
    },
    Template {
        weight: 90,
        source: "s3",
        name: "PutObject",
        request: r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>","x-amz-acl":"bucket-owner-full-control","x-amz-server-side-encryption":"aws:kms"}"#,
        response: r#"{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:<region>:<account>:key/<key>","x-amz-version-id":"<hex32>"}"#,
        additional: r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":<num>,"SSEApplied":"SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<base64-76>","bytesTransferredOut":0}"#,
        resources: S3_OBJECT,
        ..DATA_WRITE
    },
    Template {
        weight: 90,
        source: "kms",
        name: "Decrypt",
        callers: MACHINES,
        request: r#"{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>/<object>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#,
        resources: KMS_KEY,
        ..READ
    },
    Template {
        weight: 60,
        source: "kms",
        name: "GenerateDataKey",
        callers: MACHINES,
        request: r#"{"keyId":"arn:aws:kms:<region>:<account>:key/<key>","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>/<object>"},"keySpec":"AES_256"}"#,
        additional: r#"{"keyMaterialId":"<hex64>"}"#,
        resources: KMS_KEY,
        ..READ
    },
    Template {
        weight: 55,
        source: "ec2",
        name: "DescribeInstances",
        request: r#"{"instancesSet":{},"filterSet":{"items":[{"name":"tag:kubernetes.io/cluster/<cluster>","valueSet":{"items":[{"value":"owned"}]}},{"name":"instance-state-name","valueSet":{"items":[{"value":"pending"},{"value":"running"}]}}]}}"#,
        error: DENIED_CLIENT,
        ..READ
    },
    Template {
        weight: 40,
        source: "ec2",
        name: "DescribeVolumes",
        request: r#"{"maxResults":500,"volumeSet":{},"filterSet":{}}"#,
        error: Some(("Client.RequestLimitExceeded", "Request limit exceeded.")),
        error_per_mille: 60,
        ..READ
    },
    Template {
        weight: 35,
        source: "ec2",
        name: "DescribeSecurityGroups",
        request: r#"{"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"<group>"}]},"filterSet":{}}"#,
        ..READ
    },
    Template {
        weight: 6,
        source: "ec2",
        name: "RunInstances",
        request: r#"{"instancesSet":{"items":[{"imageId":"ami-0<hex16>","minCount":1,"maxCount":1}]},"instanceType":"<instance-type>","blockDeviceMapping":{"items":[{"deviceName":"/dev/xvda","ebs":{"volumeSize":100,"deleteOnTermination":true,"volumeType":"gp3","encrypted":true,"iops":3000}}]},"monitoring":{"enabled":false},"disableApiTermination":false,"clientToken":"fleet-<uuid>-0","networkInterfaceSet":{"items":[{"deviceIndex":0,"subnetId":"<subnet>","groupSet":{"items":[{"groupId":"<group>"}]}}]},"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"Name","value":"<cluster>-<account-name>"},{"key":"karpenter.sh/nodepool","value":"default"}]}]}}"#,
        response: r#"{"requestId":"<uuid>","reservationId":"r-0<hex16>","ownerId":"<account>","groupSet":{},"instancesSet":{"items":[{"instanceId":"i-0<hex16>","imageId":"ami-0<hex16>","instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-0-<small>-<small>.<region>.compute.internal","amiLaunchIndex":0,"productCodes":{},"instanceType":"<instance-type>","launchTime":1700000000000,"placement":{"availabilityZone":"<region>a","tenancy":"default"},"monitoring":{"state":"disabled"},"subnetId":"<subnet>","vpcId":"<vpc>","architecture":"arm64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","ebsOptimized":false,"enaSupport":true,"cpuOptions":{"coreCount":<digit>,"threadsPerCore":1}}]}}"#,
        error: Some((
            "Server.InsufficientInstanceCapacity",
            "We currently do not have sufficient <instance-type> capacity in the Availability Zone you requested (<region>a).",
        )),
        error_per_mille: 80,
        ..WRITE
    },
    Template {
        weight: 5,
        source: "ec2",
        name: "AuthorizeSecurityGroupIngress",
        callers: PEOPLE,
        request: r#"{"groupId":"<group>","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0","description":"temporary, ask <person>"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#,
        response: r#"{"requestId":"<uuid>","_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"<account>","groupId":"<group>","securityGroupRuleId":"sgr-0<hex16>","isEgress":false,"ipProtocol":"tcp","fromPort":443,"toPort":443,"cidrIpv4":"0.0.0.0/0"}]}}"#,
        ..WRITE
    },
    Template {
        weight: 45,
        source: "dynamodb",
        name: "GetItem",
        request: r#"{"tableName":"<account-name>-<table>","key":["pk","sk"],"consistentRead":true}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<account-name>-<table>"}]"#,
        error: Some((
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded.",
        )),
        ..DATA_READ
    },
    Template {
        weight: 30,
        source: "dynamodb",
        name: "DescribeTable",
        callers: MACHINES,
        request: r#"{"tableName":"<account-name>-<table>"}"#,
        ..READ
    },
    Template {
        weight: 40,
        source: "lambda",
        name: "Invoke",
        request: r#"{"functionName":"arn:aws:lambda:<region>:<account>:function:<function>","invocationType":"Event","clientContext":"<base64-76>"}"#,
        additional: r#"{"functionVersion":"arn:aws:lambda:<region>:<account>:function:<function>:$LATEST"}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:<region>:<account>:function:<function>"}]"#,
        ..DATA_WRITE
    },
    Template {
        weight: 6,
        source: "lambda",
        name: "UpdateFunctionCode20150331v2",
        request: r#"{"functionName":"<function>","publish":true,"s3Bucket":"<bucket>","s3Key":"<object>","dryRun":false}"#,
        response: r#"{"functionName":"<function>","functionArn":"arn:aws:lambda:<region>:<account>:function:<function>","runtime":"python3.12","role":"arn:aws:iam::<account>:role/<role>","handler":"app.handler","codeSize":<num>,"description":"","timeout":60,"memorySize":512,"lastModified":"<time>","codeSha256":"<base64-76>","version":"<small>","environment":{},"tracingConfig":{"mode":"Active"},"revisionId":"<uuid>","state":"Active","packageType":"Zip","architectures":["arm64"],"ephemeralStorage":{"size":512}}"#,
        ..WRITE
    },
    Template {
        weight: 50,
        source: "logs",
        name: "CreateLogStream",
        callers: MACHINES,
        request: r#"{"logGroupName":"<log-group>","logStreamName":"[$LATEST]<hex32>"}"#,
        error: Some(("ResourceAlreadyExistsException", "The specified log stream already exists")),
        ..WRITE
    },
    Template {
        weight: 25,
        source: "logs",
        name: "DescribeLogGroups",
        request: r#"{"logGroupNamePrefix":"<log-group>","limit":50}"#,
        ..READ
    },
    Template {
        weight: 25,
        source: "monitoring",
        name: "DescribeAlarms",
        request: r#"{"maxRecords":100,"alarmNamePrefix":"<account-name>-<function>","stateValue":"ALARM"}"#,
        ..READ
    },
    Template {
        weight: 20,
        source: "monitoring",
        name: "GetMetricData",
        request: r#"{"startTime":"<time-before>","endTime":"<time>","metricDataQueries":[{"id":"m1","metricStat":{"metric":{"namespace":"AWS/Lambda","metricName":"Errors","dimensions":[{"name":"FunctionName","value":"<function>"}]},"period":60,"stat":"Sum"},"returnData":true}],"scanBy":"TimestampDescending"}"#,
        ..DATA_READ
    },
    Template {
        weight: 35,
        source: "ssm",
        name: "GetParameter",
        callers: MACHINES,
        request: r#"{"name":"<parameter>","withDecryption":true}"#,
        error: Some(("ParameterNotFound", "Parameter <parameter> not found.")),
        ..READ
    },
    Template {
        weight: 30,
        source: "ssm",
        name: "UpdateInstanceInformation",
        callers: MACHINES,
        request: r#"{"instanceId":"<instance>","agentVersion":"3.3.551.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"<address>","computerName":"ip-10-0-<small>-<small>.<region>.compute.internal","agentName":"amazon-ssm-agent","availabilityZone":"<region>b","availabilityZoneId":"euw1-az2","sSMConnectionChannel":"ssmmessages"}"#,
        ..WRITE
    },
    Template {
        weight: 30,
        source: "secretsmanager",
        name: "GetSecretValue",
        callers: MACHINES,
        request: r#"{"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>-<hex6>","versionStage":"AWSCURRENT"}"#,
        ..READ
    },
    Template {
        weight: 22,
        source: "rds",
        name: "DescribeDBInstances",
        request: r#"{"dBInstanceIdentifier":"<account-name>-<cluster>","maxRecords":100}"#,
        error: Some(("DBInstanceNotFound", "DBInstance <account-name>-<cluster> not found.")),
        ..READ
    },
    Template {
        weight: 20,
        source: "eks",
        name: "DescribeCluster",
        request: r#"{"name":"<cluster>"}"#,
        ..READ
    },
    Template {
        weight: 14,
        source: "iam",
        name: "GetRole",
        request: r#"{"roleName":"<role>"}"#,
        error: Some(("NoSuchEntityException", "The role with name <role> cannot be found.")),
        ..READ
    },
    Template {
        weight: 3,
        source: "iam",
        name: "AttachRolePolicy",
        callers: PEOPLE,
        request: r#"{"roleName":"<role>","policyArn":"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}"#,
        ..WRITE
    },
    Template {
        weight: 2,
        source: "iam",
        name: "CreateAccessKey",
        callers: PEOPLE,
        request: r#"{"userName":"<user>"}"#,
        response: r#"{"accessKey":{"accessKeyId":"<user-key>","status":"Active","userName":"<user>","createDate":"<time>"}}"#,
        ..WRITE
    },
    Template {
        weight: 4,
        source: "signin",
        name: "ConsoleLogin",
        read_only: false,
        callers: SIGNING_IN,
        response: r#"{"ConsoleLogin":"Success"}"#,
        additional: r#"{"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_<region>_<hex16>","MobileVersion":"No","MFAUsed":"Yes","MFAIdentifier":"arn:aws:iam::<account>:mfa/<user>"}"#,
        event_type: "AwsConsoleSignIn",
        error_per_mille: 0,
        ..READ
    },
    Template {
        weight: 2,
        source: "signin",
        name: "ConsoleLogin",
        read_only: false,
        callers: SIGNING_IN,
        response: r#"{"ConsoleLogin":"Failure"}"#,
        additional: r#"{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"No"}"#,
        details: r#","errorMessage":"Failed authentication""#,
        event_type: "AwsConsoleSignIn",
        error_per_mille: 0,
        ..READ
    },
    Template {
        weight: 30,
        source: "sts",
        name: "AssumeRoleWithWebIdentity",
        callers: TOKENS,
        request: r#"{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"aws-sdk-java-<num>","durationSeconds":3600}"#,
        response: r#"{"credentials":{"accessKeyId":"<fresh-key>","sessionToken":"<base64-96>","expiration":"<time>"},"subjectFromWebIdentityToken":"system:serviceaccount:kube-system:<function>","assumedRoleUser":{"assumedRoleId":"<role-id>:aws-sdk-java","arn":"arn:aws:sts::<account>:assumed-role/<role>/aws-sdk-java"},"provider":"arn:aws:iam::<account>:oidc-provider/oidc.eks.<region>.amazonaws.com/id/<hex32>","audience":"sts.amazonaws.com"}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/<role>"}]"#,
        error_per_mille: 10,
        ..READ
    },
    Template { weight: 22, source: "sts", name: "GetCallerIdentity", ..READ },
    Template {
        weight: 8,
        source: "organizations",
        name: "ListAccounts",
        request: r#"{"maxResults":20,"nextToken":"<base64-96>"}"#,
        ..READ
    },
    Template {
        weight: 8,
        source: "guardduty",
        name: "ListFindings",
        request: r#"{"detectorId":"<hex32>","findingCriteria":{"criterion":{"service.archived":{"equals":["false"]},"severity":{"greaterThanOrEqual":4}}},"maxResults":50}"#,
        ..READ
    },
    Template {
        weight: 12,
        source: "s3",
        name: "GetBucketAcl",
        callers: SERVICES,
        request: r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","acl":""}"#,
        additional: r#"{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<base64-76>","bytesTransferredOut":550}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#,
        error_per_mille: 0,
        ..READ
    },
    Template {
        weight: 6,
        source: "kms",
        name: "RotateKey",
        read_only: false,
        callers: NOBODY,
        details: r#","serviceEventDetails":{"keyId":"<key>","rotationType":"AUTOMATIC","backingKeyId":"<hex64>"}"#,
        resources: KMS_KEY,
        event_type: "AwsServiceEvent",
        error_per_mille: 0,
        ..READ
    },
    Template {
        weight: 8,
        source: "autoscaling",
        name: "TerminateInstanceInAutoScalingGroup",
        callers: SERVICES,
        request: r#"{"instanceId":"<instance>","shouldDecrementDesiredCapacity":false}"#,
        response: r#"{"activity":{"activityId":"<uuid>","autoScalingGroupName":"<cluster>-workers","cause":"At <time> an instance was taken out of service in response to an EC2 health check.","progress":0,"statusCode":"InProgress","startTime":"<time>","details":"{\"Subnet ID\":\"<subnet>\",\"Availability Zone\":\"<region>a\"}"}}"#,
        ..WRITE
    },
];
