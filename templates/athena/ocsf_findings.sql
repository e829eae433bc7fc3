-- Findings and deviations of the reporter, one JSON object a line: the table `outrider.ocsf` of the CDK app, for those
-- who make it by hand. Put the reports bucket's name for BUCKET. Partitions are projected: nothing has to be crawled.
-- A query says WHERE region = '…' AND accountid = '…'.
CREATE EXTERNAL TABLE outrider_findings (
  class_uid int,
  class_name string,
  category_uid int,
  category_name string,
  activity_id int,
  type_uid bigint,
  time bigint,
  severity_id int,
  severity string,
  status_id int,
  message string,
  metadata struct<version:string, uid:string, profiles:array<string>,
    product:struct<name:string, vendor_name:string, feature:struct<name:string>>>,
  cloud struct<provider:string, region:string, account:struct<uid:string>>,
  start_time bigint,
  end_time bigint,
  finding_info struct<uid:string, title:string, `desc`:string, created_time:bigint, modified_time:bigint,
    first_seen_time:bigint, last_seen_time:bigint, types:array<string>,
    attacks:array<struct<version:string, tactic:struct<uid:string, name:string>,
    technique:struct<uid:string, name:string>, sub_technique:struct<uid:string, name:string>>>>,
  resources array<struct<name:string, uid:string, type:string, version:string>>,
  vulnerabilities array<struct<title:string, `references`:array<string>, cve:struct<uid:string>,
    advisory:struct<uid:string>, is_fix_available:boolean, is_exploit_available:boolean,
    affected_packages:array<struct<name:string, version:string, fixed_in_version:string>>>>,
  compliance struct<control:string, standards:array<string>, requirements:array<string>, status_id:int, status:string>,
  is_alert boolean,
  action_id int,
  action string,
  disposition_id int,
  disposition string,
  confidence_id int,
  confidence string,
  risk_score int,
  remediation struct<`desc`:string>,
  evidences array<struct<actor:struct<process:struct<name:string, pid:bigint>>,
    file:struct<name:string, path:string, type_id:int, type:string>,
    dst_endpoint:struct<ip:string, port:int, hostname:string>>>
)
PARTITIONED BY (`class` string, `region` string, `accountid` string, `eventday` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/ocsf/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.class.type' = 'enum', 'projection.class.values' = '2002,2003,2004',
  'projection.region.type' = 'injected',
  'projection.accountid.type' = 'injected',
  'projection.eventday.type' = 'date', 'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' =
    's3://BUCKET/ocsf/class=${class}/region=${region}/accountId=${accountid}/eventDay=${eventday}/'
);
