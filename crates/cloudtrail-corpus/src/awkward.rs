//! Values that are valid and that careless readers alter or stumble over. They stand as `requestParameters`.

/// One value each, with the markers of [`crate::record`].
pub(crate) const AWKWARD: &[&str] = &[
    // numbers that a detour through floating point, or through an integer, changes
    r#"{"cost":0.0,"startedAt":1.688E9,"epsilon":1.5e-7,"bigId":9007199254740993,"minus":-0,"price":12.10,"exponent":1E+2}"#,
    r#"{"durationMs":0.000,"weights":[1.0,1,1e0,10e-1],"maximum":18446744073709551615,"minimum":-9223372036854775808}"#,
    // escapes that need not be there
    r#"{"filterPattern":"{ $.status \u003d 500 \u0026\u0026 $.n \u003e 3 }","path":"\/checkout\/v2\/","letter":"\u0041\u00e9"}"#,
    // quotes, backslashes and brackets in strings
    r#"{"policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:Get*\"],\"Resource\":\"arn:aws:s3:::<bucket>\/*\",\"Condition\":{\"StringLike\":{\"aws:PrincipalArn\":\"*\\\\admin\"}}}]}","name":"ends with a backslash\\"}"#,
    r#"{"command":"echo \"]}\" | grep -v '{[' \\\\ \\\" ,:","windowsPath":"C:\\Temp\\new\\","regex":"^\\d+(\\.\\d+)?$"}"#,
    // characters of every length, whole and escaped
    r#"{"tagSet":[{"key":"équipe","value":"données 🚀 日本語 Ünïcödé"},{"key":"flag","value":"👩‍👩‍👧‍👦 🇮🇪"},{"key":"escaped","value":"\ud83d\ude80 \u65e5\u672c"}]}"#,
    "{\"description\":\"line\u{2028}separator\u{2029}, delete \u{7f}, no-break\u{a0}space, \u{feff}mark\",\"control\":\"\\u0000\\u001f\\b\\f\\n\\r\\t\"}",
    // emptiness
    r#"{"":{},"filterSet":{},"items":[],"nested":[{},[],[[]],{"":""}],"none":null,"no":false}"#,
    // white space in strings must stay
    r#"{"query":"SELECT  *  FROM   orders\n  WHERE id = 1 ,\t x : 2  ","pad":"   "}"#,
    // names that matter elsewhere
    r#"{"Records":[{"eventID":"inner-<uuid>","eventTime":"1999-12-31T23:59:59Z"}],"eventID":"inner","eventSource":"inner.example.com","userIdentity":{"arn":"arn:inner"}}"#,
    // depth
    r#"{"and":[{"or":[{"not":{"and":[{"or":[{"not":{"and":[{"equals":{"field":"a","value":[[[1]]]}}]}}]}]}}]}]}"#,
    // length
    r#"{"userData":"<long>","instanceType":"<instance-type>"}"#,
    // types that are others elsewhere
    r#"{"instanceType":{"value":"<instance-type>"},"maxResults":"100","encrypted":"true","bucketName":["<bucket>"],"durationSeconds":3600.0}"#,
];
