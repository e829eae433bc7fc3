"""The table over what `ocsf.py` writes, as Athena reads it: the one place that names columns and partitions.

The CDK app makes its Glue table of this; `templates/athena/ocsf_findings.sql` is the same, for doing it by
hand (a test compares).
"""

COLUMNS = (
    ("class_uid", "int"),
    ("class_name", "string"),
    ("category_uid", "int"),
    ("category_name", "string"),
    ("activity_id", "int"),
    ("type_uid", "bigint"),
    ("time", "bigint"),
    ("severity_id", "int"),
    ("severity", "string"),
    ("status_id", "int"),
    ("message", "string"),
    (
        "metadata",
        "struct<version:string,uid:string,profiles:array<string>,"
        "product:struct<name:string,vendor_name:string,feature:struct<name:string>>>",
    ),
    ("cloud", "struct<provider:string,region:string,account:struct<uid:string>>"),
    ("start_time", "bigint"),
    ("end_time", "bigint"),
    (
        "finding_info",
        "struct<uid:string,title:string,desc:string,created_time:bigint,modified_time:bigint,"
        "first_seen_time:bigint,last_seen_time:bigint,types:array<string>,"
        "attacks:array<struct<version:string,tactic:struct<uid:string,name:string>,"
        "technique:struct<uid:string,name:string>,sub_technique:struct<uid:string,name:string>>>>",
    ),
    ("resources", "array<struct<name:string,uid:string,type:string,version:string>>"),
    (
        "vulnerabilities",
        "array<struct<title:string,references:array<string>,cve:struct<uid:string>,advisory:struct<uid:string>,"
        "is_fix_available:boolean,is_exploit_available:boolean,"
        "affected_packages:array<struct<name:string,version:string,fixed_in_version:string>>>>",
    ),
    (
        "compliance",
        "struct<control:string,standards:array<string>,requirements:array<string>,status_id:int,status:string>",
    ),
    ("is_alert", "boolean"),
    ("action_id", "int"),
    ("action", "string"),
    ("disposition_id", "int"),
    ("disposition", "string"),
    ("confidence_id", "int"),
    ("confidence", "string"),
    ("risk_score", "int"),
    ("remediation", "struct<desc:string>"),
    (
        "evidences",
        "array<struct<actor:struct<process:struct<name:string,pid:bigint>>,"
        "file:struct<name:string,path:string,type_id:int,type:string>,"
        "dst_endpoint:struct<ip:string,port:int,hostname:string>>>",
    ),
)
"""Name → type, as Hive writes it; what a class does not have is null."""

PARTITIONS = ("class", "region", "accountid", "eventday")
"""All strings."""

PROJECTION = {
    "projection.enabled": "true",
    "projection.class.type": "enum",
    "projection.class.values": "2002,2003,2004",
    "projection.region.type": "injected",
    "projection.accountid.type": "injected",
    "projection.eventday.type": "date",
    "projection.eventday.format": "yyyyMMdd",
    "projection.eventday.range": "20260101,NOW",
}
"""Athena works partitions out instead of looking for them. Injected: a query must say which `region` and
`accountid` it wants."""

PLACE = "class=${class}/region=${region}/accountId=${accountid}/eventDay=${eventday}/"
"""Below `ocsf/`: where the lines of a partition lie."""

SERDE = "org.openx.data.jsonserde.JsonSerDe"
"""What reads the lines."""
