//! The names of a made-up organisation.

/// Regions, busiest first.
pub(crate) const REGIONS: [&str; 12] = [
    "eu-west-1",
    "us-east-1",
    "eu-central-1",
    "us-west-2",
    "eu-west-2",
    "ap-southeast-1",
    "us-east-2",
    "ap-northeast-1",
    "eu-north-1",
    "ca-central-1",
    "sa-east-1",
    "ap-south-1",
];

/// What accounts are for; an account's name is one of these and a stage.
pub(crate) const PURPOSES: [&str; 14] = [
    "orders",
    "payments",
    "data",
    "platform",
    "search",
    "identity",
    "billing",
    "media",
    "logistics",
    "ml",
    "web",
    "security",
    "sandbox",
    "network",
];

/// Stages of an account.
pub(crate) const STAGES: [&str; 3] = ["prod", "staging", "dev"];

/// Roles that programs take, busiest first.
pub(crate) const WORKLOAD_ROLES: [&str; 16] = [
    "checkout-api-task-role",
    "event-ingest-lambda-role",
    "eks-nodegroup-default-NodeInstanceRole",
    "nightly-export-glue-role",
    "image-resizer-lambda-role-9f2k1x0q",
    "prometheus-remote-write",
    "karpenter-controller",
    "external-dns-irsa",
    "aws-ebs-csi-driver",
    "dms-replication-role",
    "search-indexer-task-role",
    "backup-orchestrator",
    "github-actions-deploy",
    "terraform-plan-readonly",
    "datawarehouse-loader",
    "cost-report-builder",
];

/// Roles that people take through the identity centre.
pub(crate) const PEOPLE_ROLES: [&str; 4] = [
    "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_DeveloperAccess_3f1c0a9be27d4415",
    "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_ReadOnlyAccess_81d2e0b7cc90a6f4",
    "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_AdministratorAccess_b07714c95ad8e260",
    "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_BillingViewer_5c6620fd1e98ab37",
];

/// People.
pub(crate) const PEOPLE: [&str; 18] = [
    "amara.okafor",
    "lena.fischer",
    "tomas.novak",
    "priya.raman",
    "joao.silva",
    "mei.tanaka",
    "eoin.byrne",
    "sofia.rossi",
    "karim.haddad",
    "ingrid.dahl",
    "noah.levy",
    "zuzana.kralova",
    "ali.demir",
    "grace.mbeki",
    "pierre.lambert",
    "hanna.virtanen",
    "diego.castro",
    "yuki.mori",
];

/// IAM users: the things that never got a role.
pub(crate) const USERS: [&str; 6] =
    ["ci-legacy", "backup-nas", "smtp-relay", "partner-sftp", "break-glass", "reporting-tableau"];

/// Programs that call AWS.
pub(crate) const PROGRAMS: [&str; 14] = [
    "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#arm64 api/ec2#1.173.0 m/E",
    "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#5.10.223 md/arch#x86_64 lang/python#3.12.4 md/pyimpl#CPython exec-env/AWS_Lambda_python3.12 cfg/retry-mode#legacy Botocore/1.34.131",
    "aws-sdk-java/2.25.40 Linux/5.10.223-211.872.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.12 Java/17.0.12 vendor/Amazon.com_Inc. io/async http/NettyNio cfg/retry-mode/standard",
    "aws-sdk-js/3.616.0 ua/2.1 os/linux#5.10.220 lang/js md/nodejs#20.15.1 api/dynamodb#3.616.0 exec-env/AWS_Lambda_nodejs20.x",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.60.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5",
    "karpenter.sh-0.37.0 aws-sdk-go/1.54.6 (go1.22.4; linux; amd64)",
    "aws-sdk-rust/1.3.2 ua/2.1 api/s3/1.41.0 os/linux lang/rust/1.79.0 m/E,b",
    "cloudwatch-agent/1.300042.1 aws-sdk-go/1.48.6 (go1.22.4; linux; amd64) ID/4b1f2c7e",
    "eks.amazonaws.com/v1.29.6 aws-sdk-go/1.53.0",
    "aws-cli/2.17.13 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.94 md/arch#aarch64 lang/python#3.11.9 exec-env/CloudShell cfg/retry-mode#standard md/prompt#off md/command#s3.cp",
    "[aws-sdk-java/1.12.750 Linux/4.14.336 OpenJDK_64-Bit_Server_VM/11.0.23+9-LTS java/11.0.23 kotlin/1.9.24 vendor/Amazon.com_Inc.]",
    "S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10.217 OpenJDK_64-Bit_Server_VM/25.412-b09",
    "Boto3/1.26.10 Python/3.9.16 Linux/4.14.255 Botocore/1.29.10",
    "github.com/kubernetes-sigs/external-dns/v0.14.2 aws-sdk-go/1.53.18 (go1.22.3; linux; amd64)",
];

/// Browsers and shells that people use.
pub(crate) const BROWSERS: [&str; 5] = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/macos#23.5.0 md/arch#arm64 lang/python#3.11.8 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0",
    "AWS-ConsoleMobile/2.2.0 (iPhone; iOS 17.5.1; Scale/3.00)",
];

/// Services that call on somebody's behalf or their own.
pub(crate) const CALLING_SERVICES: [&str; 10] = [
    "ec2.amazonaws.com",
    "lambda.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "autoscaling.amazonaws.com",
    "config.amazonaws.com",
    "cloudformation.amazonaws.com",
    "athena.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "replication.dynamodb.amazonaws.com",
    "access-analyzer.amazonaws.com",
];

/// Buckets; an account's name stands before them.
pub(crate) const BUCKETS: [&str; 9] = [
    "raw-events",
    "curated-lake",
    "assets",
    "alb-access-logs",
    "terraform-state",
    "athena-results",
    "backups-eu",
    "customer-uploads",
    "ml-features",
];

/// Folders of objects.
pub(crate) const FOLDERS: [&str; 8] = [
    "ingest/kind=order_created",
    "ingest/kind=page_view",
    "exports/daily",
    "thumbnails/640x480",
    "invoices/2026",
    "models/ranker-v12/checkpoints",
    "uploads/incoming",
    "tmp/_spark_staging",
];

/// Functions.
pub(crate) const FUNCTIONS: [&str; 10] = [
    "event-ingest",
    "image-resizer",
    "order-created-consumer",
    "nightly-export",
    "slack-notifier",
    "webhook-fanout",
    "pdf-renderer",
    "token-refresher",
    "dead-letter-redrive",
    "cost-report",
];

/// Tables of DynamoDB.
pub(crate) const TABLES: [&str; 8] = [
    "orders",
    "sessions",
    "idempotency-keys",
    "inventory",
    "terraform-locks",
    "feature-flags",
    "carts",
    "audit-trail",
];

/// Groups of CloudWatch Logs.
pub(crate) const LOG_GROUPS: [&str; 6] = [
    "/aws/lambda/event-ingest",
    "/aws/eks/main/cluster",
    "/ecs/checkout-api",
    "/aws/rds/cluster/orders/postgresql",
    "/aws/vpc/flow-logs",
    "/aws/apigateway/public",
];

/// Secrets.
pub(crate) const SECRETS: [&str; 6] = [
    "rds!cluster-orders",
    "stripe/api-key",
    "github/deploy-token",
    "datadog/agent",
    "smtp/relay",
    "jwt/signing-key",
];

/// Parameters of Systems Manager.
pub(crate) const PARAMETERS: [&str; 7] = [
    "/checkout/db/url",
    "/checkout/feature/new-basket",
    "/shared/vpc/id",
    "/aws/service/eks/optimized-ami/1.29/recommended",
    "/ingest/batch-size",
    "/search/index/alias",
    "/media/cdn/domain",
];

/// Databases and clusters.
pub(crate) const CLUSTERS: [&str; 4] = ["main", "batch", "analytics", "preview"];

/// Types of instances.
pub(crate) const INSTANCE_TYPES: [&str; 6] =
    ["m7g.large", "c7i.2xlarge", "r6i.xlarge", "t3.medium", "g5.xlarge", "i4i.4xlarge"];
