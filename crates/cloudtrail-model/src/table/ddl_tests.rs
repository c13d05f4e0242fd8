use super::*;

/// Every column of the DDL in "Create the table for CloudTrail logs in Athena using partition projection" (Athena User
/// Guide), members as dotted paths, `[]` for an array of structs, in AWS's order. Written by hand: as far as
/// `recipientaccountid` from that page, the rest, of which only the beginning could be read there, from verbatim copies of it.
const AWS: [(&str, &str); 58] = [
    ("eventversion", "string"),
    ("useridentity", "struct"),
    ("useridentity.type", "string"),
    ("useridentity.principalid", "string"),
    ("useridentity.arn", "string"),
    ("useridentity.accountid", "string"),
    ("useridentity.invokedby", "string"),
    ("useridentity.accesskeyid", "string"),
    ("useridentity.username", "string"),
    ("useridentity.onbehalfof", "struct"),
    ("useridentity.onbehalfof.userid", "string"),
    ("useridentity.onbehalfof.identitystorearn", "string"),
    ("useridentity.sessioncontext", "struct"),
    ("useridentity.sessioncontext.attributes", "struct"),
    ("useridentity.sessioncontext.attributes.mfaauthenticated", "string"),
    ("useridentity.sessioncontext.attributes.creationdate", "string"),
    ("useridentity.sessioncontext.sessionissuer", "struct"),
    ("useridentity.sessioncontext.sessionissuer.type", "string"),
    ("useridentity.sessioncontext.sessionissuer.principalid", "string"),
    ("useridentity.sessioncontext.sessionissuer.arn", "string"),
    ("useridentity.sessioncontext.sessionissuer.accountid", "string"),
    ("useridentity.sessioncontext.sessionissuer.username", "string"),
    ("useridentity.sessioncontext.ec2roledelivery", "string"),
    ("useridentity.sessioncontext.webidfederationdata", "struct"),
    ("useridentity.sessioncontext.webidfederationdata.federatedprovider", "string"),
    ("useridentity.sessioncontext.webidfederationdata.attributes", "map<string,string>"),
    ("eventtime", "string"),
    ("eventsource", "string"),
    ("eventname", "string"),
    ("awsregion", "string"),
    ("sourceipaddress", "string"),
    ("useragent", "string"),
    ("errorcode", "string"),
    ("errormessage", "string"),
    ("requestparameters", "string"),
    ("responseelements", "string"),
    ("additionaleventdata", "string"),
    ("requestid", "string"),
    ("eventid", "string"),
    ("readonly", "string"),
    ("resources", "array<struct>"),
    ("resources[].arn", "string"),
    ("resources[].accountid", "string"),
    ("resources[].type", "string"),
    ("eventtype", "string"),
    ("apiversion", "string"),
    ("recipientaccountid", "string"),
    ("serviceeventdetails", "string"),
    ("sharedeventid", "string"),
    ("vpcendpointid", "string"),
    ("vpcendpointaccountid", "string"),
    ("eventcategory", "string"),
    ("addendum", "struct"),
    ("addendum.reason", "string"),
    ("addendum.updatedfields", "string"),
    ("addendum.originalrequestid", "string"),
    ("addendum.originaleventid", "string"),
    ("sessioncredentialfromconsole", "string"),
];
/// The rest of it.
const AWS_REST: [(&str, &str); 5] = [
    ("edgedevicedetails", "string"),
    ("tlsdetails", "struct"),
    ("tlsdetails.tlsversion", "string"),
    ("tlsdetails.ciphersuite", "string"),
    ("tlsdetails.clientprovidedhostheader", "string"),
];

/// The comma-separated pieces of a text, not looking inside `<…>`.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (index, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' => depth -= 1,
            ',' if depth == 0 => {
                pieces.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// Reads a type of Athena, apart from the code that wrote it.
fn flatten(path: &str, column_type: &str, flat: &mut Vec<(String, String)>) {
    let inside = |start: &str| column_type.strip_prefix(start).and_then(|rest| rest.strip_suffix('>'));
    let (kind, prefix, members) = match (inside("array<struct<"), inside("struct<")) {
        (Some(members), _) => ("array<struct>", format!("{path}[]."), members.strip_suffix('>').unwrap()),
        (_, Some(members)) => ("struct", format!("{path}."), members),
        _ => return flat.push((path.to_owned(), column_type.to_owned())),
    };
    flat.push((path.to_owned(), kind.to_owned()));
    for member in pieces(members) {
        let (name, member_type) = member.split_once(':').unwrap();
        flatten(&format!("{prefix}{name}"), member_type, flat);
    }
}

/// The columns of a CREATE TABLE of ours, flat.
fn read_back(statement: &str) -> Vec<(String, String)> {
    let body = statement.split_once("(\n").unwrap().1.split_once("\n)\n").unwrap().0;
    let mut flat = Vec::new();
    for line in body.lines() {
        let (name, column_type) = line.trim().trim_end_matches(',').split_once(' ').unwrap();
        flatten(name.trim_matches('`'), column_type, &mut flat);
    }
    flat
}

#[test]
fn every_column_of_the_ddl_of_aws_is_in_ours_with_its_type_and_in_its_order() {
    let ours = read_back(&ddl(Table::CloudTrail, Dialect::Athena, "s3://bucket/lake"));
    let mut rest = ours.iter();
    for (name, column_type) in AWS.iter().chain(&AWS_REST) {
        let found = rest.find(|(ours, _)| ours == name).map(|(_, ours)| ours.as_str());
        assert_eq!(found, Some(*column_type), "{name}");
    }
}

#[test]
fn what_the_table_of_columns_calls_aws_is_what_aws_has() {
    fn flat(columns: &[Column], prefix: &str, all: &mut Vec<String>) {
        for column in columns.iter().filter(|column| column.origin == crate::Origin::Athena) {
            let path = format!("{prefix}{}", column.name.to_ascii_lowercase());
            all.push(path.clone());
            let list = matches!(column.column_type, ColumnType::StructList { .. });
            flat(column.column_type.members(), &format!("{path}{}", if list { "[]." } else { "." }), all);
        }
    }
    let mut ours = Vec::new();
    flat(columns(Table::CloudTrail), "", &mut ours);
    let theirs: Vec<&str> = AWS.iter().chain(&AWS_REST).map(|(name, _)| *name).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn names_in_snake_case() {
    for (name, snake) in [
        ("requestID", "request_id"),
        ("sourceIPAddress", "source_ip_address"),
        ("ARN", "arn"),
        ("ARNPrefix", "arn_prefix"),
        ("eventID", "event_id"),
        ("eventId", "event_id"),
        ("eventTime", "event_time"),
        ("userIdentity", "user_identity"),
        ("sharedEventID", "shared_event_id"),
        ("vpcEndpointAccountId", "vpc_endpoint_account_id"),
        ("ec2RoleDelivery", "ec2_role_delivery"),
        ("tlsDetails", "tls_details"),
        ("summary", "summary"),
    ] {
        assert_eq!(snake_case(name), snake);
    }
}

#[test]
fn no_name_in_the_snake_view_occurs_twice() {
    for table in Table::ALL {
        let view = ddl(table, Dialect::Athena, "s3://bucket/lake");
        let view = view.rsplit_once("CREATE").unwrap().1;
        let mut names: Vec<&str> = view.lines().filter_map(|line| Some(line.split_once(" AS ")?.1)).collect();
        names.retain(|name| !name.is_empty());
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{table}");
    }
}

#[test]
fn athena_finds_the_months_without_being_told() {
    let text = ddl(Table::Insight, Dialect::Athena, "s3://bucket/lake/");
    for expected in [
        "CREATE EXTERNAL TABLE IF NOT EXISTS `cloudtrail_insight_monthly` (\n  `eventversion` string,\n",
        "PARTITIONED BY (`year` int, `month` int)\nSTORED AS PARQUET\n",
        "LOCATION 's3://bucket/lake/cloudtrail_insight_monthly/'\n",
        "'projection.month.digits' = '2'",
        "'s3://bucket/lake/cloudtrail_insight_monthly/year=${year}/month=${month}/'\n);\n",
        "CREATE OR REPLACE VIEW \"cloudtrail_insight_monthly_snake\" AS\nSELECT\n  \"eventversion\" AS \"event_version\",\n",
        "  \"year\",\n  \"month\"\nFROM \"cloudtrail_insight_monthly\";\n",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

#[test]
fn duckdb_reads_the_files_as_views() {
    let text = ddl(Table::CloudTrail, Dialect::DuckDb, "O'Brien's lake");
    for expected in [
        "CREATE OR REPLACE VIEW \"cloudtrail_monthly\" AS\nSELECT\n  \"eventVersion\",\n",
        "  'O''Brien''s lake/cloudtrail_monthly/**/*.parquet',\n  hive_partitioning = true,\n",
        "  union_by_name = true\n);\n",
        "  \"userIdentity\".\"accessKeyId\" AS \"user_identity_access_key_id\",\n",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

#[test]
fn spark_has_a_table_with_types() {
    let text = ddl(Table::CloudTrail, Dialect::Spark, "s3a://bucket/lake");
    for expected in [
        "  `resources` ARRAY<STRUCT<`ARN`: STRING, `accountId`: STRING, `type`: STRING, `ARNPrefix`: STRING>>,\n",
        "  `managementEvent` BOOLEAN,\n",
        "  `eventTimestamp` TIMESTAMP,\n",
        "USING PARQUET\nPARTITIONED BY (`year`, `month`)\nLOCATION 's3a://bucket/lake/cloudtrail_monthly/';\n",
        "  `userIdentity`.`arn` AS `user_identity_arn`,\n",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

#[test]
fn a_table_without_an_identity_has_no_columns_of_one() {
    assert!(!ddl(Table::Aggregated, Dialect::Spark, "lake").contains("user_identity"));
}
