"""MITRE ATT&CK (Enterprise, matrix 17): the tactics, and the techniques that detectors name."""

from enum import Enum
from typing import NamedTuple

MATRIX = "17.1"
"""Version the numbers and names are of: https://attack.mitre.org/resources/versions/"""


class Tactic(Enum):
    """What somebody is after, in the order in which an attack usually goes."""

    INITIAL_ACCESS = ("TA0001", "Initial Access")
    EXECUTION = ("TA0002", "Execution")
    PERSISTENCE = ("TA0003", "Persistence")
    PRIVILEGE_ESCALATION = ("TA0004", "Privilege Escalation")
    DEFENSE_EVASION = ("TA0005", "Defense Evasion")
    CREDENTIAL_ACCESS = ("TA0006", "Credential Access")
    DISCOVERY = ("TA0007", "Discovery")
    LATERAL_MOVEMENT = ("TA0008", "Lateral Movement")
    COLLECTION = ("TA0009", "Collection")
    COMMAND_AND_CONTROL = ("TA0011", "Command and Control")
    EXFILTRATION = ("TA0010", "Exfiltration")
    IMPACT = ("TA0040", "Impact")

    def __init__(self, uid: str, title: str) -> None:
        self.uid = uid
        self.title = title


class Technique(NamedTuple):
    """One of them."""

    uid: str
    """`T1059.004`."""
    title: str
    """Empty: a number that this version has no name for."""
    tactic: Tactic | None
    """The first of its tactics, in containers; a technique may serve several."""


_T = Tactic
_TABLE: tuple[tuple[str, str, Tactic], ...] = (
    ("T1003", "OS Credential Dumping", _T.CREDENTIAL_ACCESS),
    ("T1003.007", "Proc Filesystem", _T.CREDENTIAL_ACCESS),
    ("T1003.008", "/etc/passwd and /etc/shadow", _T.CREDENTIAL_ACCESS),
    ("T1005", "Data from Local System", _T.COLLECTION),
    ("T1014", "Rootkit", _T.DEFENSE_EVASION),
    ("T1016", "System Network Configuration Discovery", _T.DISCOVERY),
    ("T1018", "Remote System Discovery", _T.DISCOVERY),
    ("T1021", "Remote Services", _T.LATERAL_MOVEMENT),
    ("T1021.004", "SSH", _T.LATERAL_MOVEMENT),
    ("T1027", "Obfuscated Files or Information", _T.DEFENSE_EVASION),
    ("T1027.011", "Fileless Storage", _T.DEFENSE_EVASION),
    ("T1033", "System Owner/User Discovery", _T.DISCOVERY),
    ("T1036", "Masquerading", _T.DEFENSE_EVASION),
    ("T1036.005", "Match Legitimate Resource Name or Location", _T.DEFENSE_EVASION),
    ("T1037", "Boot or Logon Initialization Scripts", _T.PERSISTENCE),
    ("T1037.004", "RC Scripts", _T.PERSISTENCE),
    ("T1040", "Network Sniffing", _T.CREDENTIAL_ACCESS),
    ("T1041", "Exfiltration Over C2 Channel", _T.EXFILTRATION),
    ("T1046", "Network Service Discovery", _T.DISCOVERY),
    ("T1048", "Exfiltration Over Alternative Protocol", _T.EXFILTRATION),
    ("T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol", _T.EXFILTRATION),
    ("T1053", "Scheduled Task/Job", _T.PERSISTENCE),
    ("T1053.003", "Cron", _T.PERSISTENCE),
    ("T1055", "Process Injection", _T.DEFENSE_EVASION),
    ("T1055.008", "Ptrace System Calls", _T.DEFENSE_EVASION),
    ("T1055.009", "Proc Memory", _T.DEFENSE_EVASION),
    ("T1057", "Process Discovery", _T.DISCOVERY),
    ("T1059", "Command and Scripting Interpreter", _T.EXECUTION),
    ("T1059.004", "Unix Shell", _T.EXECUTION),
    ("T1059.006", "Python", _T.EXECUTION),
    ("T1059.007", "JavaScript", _T.EXECUTION),
    ("T1059.009", "Cloud API", _T.EXECUTION),
    ("T1068", "Exploitation for Privilege Escalation", _T.PRIVILEGE_ESCALATION),
    ("T1070", "Indicator Removal", _T.DEFENSE_EVASION),
    ("T1070.002", "Clear Linux or Mac System Logs", _T.DEFENSE_EVASION),
    ("T1070.003", "Clear Command History", _T.DEFENSE_EVASION),
    ("T1070.004", "File Deletion", _T.DEFENSE_EVASION),
    ("T1070.006", "Timestomp", _T.DEFENSE_EVASION),
    ("T1071", "Application Layer Protocol", _T.COMMAND_AND_CONTROL),
    ("T1071.004", "DNS", _T.COMMAND_AND_CONTROL),
    ("T1072", "Software Deployment Tools", _T.EXECUTION),
    ("T1082", "System Information Discovery", _T.DISCOVERY),
    ("T1083", "File and Directory Discovery", _T.DISCOVERY),
    ("T1087", "Account Discovery", _T.DISCOVERY),
    ("T1087.004", "Cloud Account", _T.DISCOVERY),
    ("T1090", "Proxy", _T.COMMAND_AND_CONTROL),
    ("T1090.003", "Multi-hop Proxy", _T.COMMAND_AND_CONTROL),
    ("T1095", "Non-Application Layer Protocol", _T.COMMAND_AND_CONTROL),
    ("T1098", "Account Manipulation", _T.PERSISTENCE),
    ("T1098.004", "SSH Authorized Keys", _T.PERSISTENCE),
    ("T1105", "Ingress Tool Transfer", _T.COMMAND_AND_CONTROL),
    ("T1106", "Native API", _T.EXECUTION),
    ("T1110", "Brute Force", _T.CREDENTIAL_ACCESS),
    ("T1136", "Create Account", _T.PERSISTENCE),
    ("T1136.001", "Local Account", _T.PERSISTENCE),
    ("T1140", "Deobfuscate/Decode Files or Information", _T.DEFENSE_EVASION),
    ("T1190", "Exploit Public-Facing Application", _T.INITIAL_ACCESS),
    ("T1204", "User Execution", _T.EXECUTION),
    ("T1204.003", "Malicious Image", _T.EXECUTION),
    ("T1205", "Traffic Signaling", _T.COMMAND_AND_CONTROL),
    ("T1218", "System Binary Proxy Execution", _T.DEFENSE_EVASION),
    ("T1219", "Remote Access Tools", _T.COMMAND_AND_CONTROL),
    ("T1222", "File and Directory Permissions Modification", _T.DEFENSE_EVASION),
    ("T1222.002", "Linux and Mac File and Directory Permissions Modification", _T.DEFENSE_EVASION),
    ("T1485", "Data Destruction", _T.IMPACT),
    ("T1486", "Data Encrypted for Impact", _T.IMPACT),
    ("T1489", "Service Stop", _T.IMPACT),
    ("T1496", "Resource Hijacking", _T.IMPACT),
    ("T1496.001", "Compute Hijacking", _T.IMPACT),
    ("T1499", "Endpoint Denial of Service", _T.IMPACT),
    ("T1505", "Server Software Component", _T.PERSISTENCE),
    ("T1505.003", "Web Shell", _T.PERSISTENCE),
    ("T1526", "Cloud Service Discovery", _T.DISCOVERY),
    ("T1528", "Steal Application Access Token", _T.CREDENTIAL_ACCESS),
    ("T1529", "System Shutdown/Reboot", _T.IMPACT),
    ("T1543", "Create or Modify System Process", _T.PERSISTENCE),
    ("T1543.002", "Systemd Service", _T.PERSISTENCE),
    ("T1546", "Event Triggered Execution", _T.PERSISTENCE),
    ("T1546.004", "Unix Shell Configuration Modification", _T.PERSISTENCE),
    ("T1547", "Boot or Logon Autostart Execution", _T.PERSISTENCE),
    ("T1547.006", "Kernel Modules and Extensions", _T.PERSISTENCE),
    ("T1548", "Abuse Elevation Control Mechanism", _T.PRIVILEGE_ESCALATION),
    ("T1548.001", "Setuid and Setgid", _T.PRIVILEGE_ESCALATION),
    ("T1548.003", "Sudo and Sudo Caching", _T.PRIVILEGE_ESCALATION),
    ("T1552", "Unsecured Credentials", _T.CREDENTIAL_ACCESS),
    ("T1552.001", "Credentials In Files", _T.CREDENTIAL_ACCESS),
    ("T1552.004", "Private Keys", _T.CREDENTIAL_ACCESS),
    ("T1552.005", "Cloud Instance Metadata API", _T.CREDENTIAL_ACCESS),
    ("T1552.007", "Container API", _T.CREDENTIAL_ACCESS),
    ("T1554", "Compromise Host Software Binary", _T.PERSISTENCE),
    ("T1555", "Credentials from Password Stores", _T.CREDENTIAL_ACCESS),
    ("T1557", "Adversary-in-the-Middle", _T.CREDENTIAL_ACCESS),
    ("T1560", "Archive Collected Data", _T.COLLECTION),
    ("T1560.001", "Archive via Utility", _T.COLLECTION),
    ("T1561", "Disk Wipe", _T.IMPACT),
    ("T1562", "Impair Defenses", _T.DEFENSE_EVASION),
    ("T1562.001", "Disable or Modify Tools", _T.DEFENSE_EVASION),
    ("T1562.006", "Indicator Blocking", _T.DEFENSE_EVASION),
    ("T1564", "Hide Artifacts", _T.DEFENSE_EVASION),
    ("T1564.001", "Hidden Files and Directories", _T.DEFENSE_EVASION),
    ("T1567", "Exfiltration Over Web Service", _T.EXFILTRATION),
    ("T1568", "Dynamic Resolution", _T.COMMAND_AND_CONTROL),
    ("T1568.002", "Domain Generation Algorithms", _T.COMMAND_AND_CONTROL),
    ("T1570", "Lateral Tool Transfer", _T.LATERAL_MOVEMENT),
    ("T1571", "Non-Standard Port", _T.COMMAND_AND_CONTROL),
    ("T1572", "Protocol Tunneling", _T.COMMAND_AND_CONTROL),
    ("T1574", "Hijack Execution Flow", _T.PERSISTENCE),
    ("T1574.006", "Dynamic Linker Hijacking", _T.PERSISTENCE),
    ("T1580", "Cloud Infrastructure Discovery", _T.DISCOVERY),
    ("T1595", "Active Scanning", _T.DISCOVERY),
    ("T1595.001", "Scanning IP Blocks", _T.DISCOVERY),
    ("T1609", "Container Administration Command", _T.EXECUTION),
    ("T1610", "Deploy Container", _T.DEFENSE_EVASION),
    ("T1611", "Escape to Host", _T.PRIVILEGE_ESCALATION),
    ("T1613", "Container and Resource Discovery", _T.DISCOVERY),
    ("T1620", "Reflective Code Loading", _T.DEFENSE_EVASION),
    ("T1622", "Debugger Evasion", _T.DEFENSE_EVASION),
    ("T1653", "Power Settings", _T.PERSISTENCE),
)
TECHNIQUES = {uid: Technique(uid, title, tactic) for uid, title, tactic in _TABLE}
"""Number → technique."""


def technique(uid: str) -> Technique:
    """The technique of a number; one that is not in the table has neither name nor tactic."""
    return TECHNIQUES.get(uid, Technique(uid, "", None))
