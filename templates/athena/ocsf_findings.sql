-- Findings and deviations of the reporter, one JSON object a line. Put the reports bucket's name for BUCKET, and
-- your regions and accounts for the lists. Partitions are projected: nothing has to be crawled.
CREATE EXTERNAL TABLE outrider_findings (
  class_uid int,
  activity_id int,
  type_uid bigint,
  time bigint,
  severity_id int,
  severity string,
  status_id int,
  message string,
  metadata struct<version:string, uid:string>,
  cloud struct<provider:string, region:string, account:struct<uid:string>>,
  finding_info struct<uid:string, title:string, `desc`:string, created_time:bigint>,
  resources array<struct<name:string, uid:string, type:string, version:string>>,
  vulnerabilities array<struct<title:string, cve:struct<uid:string>, advisory:struct<uid:string>,
    is_fix_available:boolean, is_exploit_available:boolean,
    affected_packages:array<struct<name:string, version:string, fixed_in_version:string>>>>,
  compliance struct<control:string, standards:array<string>, requirements:array<string>, status_id:int>,
  action_id int,
  disposition_id int
)
PARTITIONED BY (`class` int, `region` string, `accountid` string, `eventday` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/ocsf/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.class.type' = 'enum', 'projection.class.values' = '2002,2003,2004',
  'projection.region.type' = 'enum', 'projection.region.values' = 'eu-west-1',
  'projection.accountid.type' = 'enum', 'projection.accountid.values' = '123456789012',
  'projection.eventday.type' = 'date', 'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' =
    's3://BUCKET/ocsf/class=${class}/region=${region}/accountId=${accountid}/eventDay=${eventday}/'
);
