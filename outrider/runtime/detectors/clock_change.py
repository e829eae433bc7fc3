"""The machine's clock is set."""

from outrider.model.detection import Confidence
from outrider.model.event import Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.calls import Call, of_calls
from outrider.runtime.detectors.detector import Detector

_KEEP_TIME = frozenset(
    {"chronyd", "ntpd", "ntpdate", "openntpd", "phc2sys", "ptp4l", "sntp", "systemd-timesyncd"}
)
_READ_ITS_PACE = frozenset({"adjtimex", "node_exporter", "ntptime", "telegraf"})

CALLS = {
    **{
        name: Call(
            did="tried to set the clock",
            severity=Severity.HIGH,
            confidence=Confidence.HIGH,
            made_by=_KEEP_TIME,
        )
        for name in ("clock_settime", "settimeofday")
    },
    "adjtimex": Call(
        did="asked for the pace of the clock, or tried to change it",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        made_by=_KEEP_TIME | _READ_ITS_PACE,
    ),
}

_BEGIN, _STEP = of_calls(CALLS)

DETECTOR = Detector(
    id="clock-change",
    title="The machine's clock is tried to be set",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1070.006", "T1562"),
    explanation=(
        "With another time files and logs bear false dates, licences, tokens and certificates that are over "
        "are good again, and jobs run when they should not. There is one clock for all containers, and a "
        "task on Fargate cannot set it: the attempt is what tells. Asking for its pace is the same call as "
        "changing that, and told as less bad."
    ),
    false_positives=(
        "Daemons that keep the time and exporters that read its pace are passed over by their names. date -s "
        "in a start script that was written for a machine; settimeofday for the time zone alone."
    ),
    advice=(
        "Look at what the program is and what it did next. Take its files' dates for false from then on; the "
        "flight record's own are the supervisor's, from the same clock, and in order by their numbers."
    ),
    kinds=frozenset({Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
