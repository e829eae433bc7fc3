"""Functions in an account: patched as `outrider function patch` does, set back exactly, kept so."""

from collections.abc import Callable

from injector_account import PAUSED, ROLE, Account, call

from outrider.inject import function_names as names

Make = Callable[..., Account]


def changed(name: str, by: str = "arn:aws:iam::123456789012:user/dev") -> dict[str, object]:
    event: dict[str, object] = call(
        "UpdateFunctionConfiguration20150331v2", source="lambda", by=by, asked={"functionName": name}
    )
    return event


def wrapped(account: Account, name: str = "checkout") -> bool:
    return account.configuration(name)["variables"].get(names.WRAPPER) == names.OUR_WRAPPER


def test_a_function_that_asks_is_protected_once(account: Account) -> None:
    arn = account.function(Tags={"outrider": "protect"})
    assert account.batch(changed("checkout")) == []
    state = account.configuration("checkout")
    assert wrapped(account)
    assert (state["variables"]["PASSWORD"], state["variables"]["B"]) == ("hunter2", "")
    assert state["tags"][names.MARKER] == names.MARKED
    assert (account.latest(arn)["outcome"], account.latest(arn)["act"]) == ("covered", "roll")
    (told,) = account.heard()
    assert told.subject.id == arn
    assert "hunter2" not in str(told)
    assert account.batch(changed(arn), changed("123456789012:function:checkout:$LATEST")) == []
    assert account.configuration("checkout") == state
    assert account.heard() == []


def test_set_back_exactly_and_kept_so(account: Account) -> None:
    arn = account.function(Tags={"outrider": "protect"})
    before = account.configuration("checkout")
    account.batch(changed("checkout"))
    told = account.command(command="unprotect", function=arn)
    assert (told["outcome"], told["act"]) == ("skipped", "roll")
    assert account.configuration("checkout") == before
    assert account.clients["ssm"].describe_parameters()["Parameters"][0]["Name"] == PAUSED
    assert account.batch(changed("checkout")) == []
    assert account.configuration("checkout") == before
    account.command(command="protect", function="checkout")
    assert wrapped(account)


def test_reasons_to_leave_one_alone(account: Account) -> None:
    stack = {"outrider": "protect", "terraform": "true"}
    cases = {
        "untagged": ({}, "nothing asks for it"),
        "skipped": ({"outrider": "skip"}, "tag outrider=skip"),
        "label": ({"outrider": "protect", names.SKIP: "x"}, names.SKIP),
        "stack": (stack, "Terraform"),
    }
    for name, (tags, _) in cases.items():
        account.function(name, Tags=tags)
    assert account.batch(*map(changed, cases)) == []
    for name, (_, reason) in cases.items():
        assert not wrapped(account, name)
        kept = account.latest(f"arn:aws:lambda:eu-west-1:123456789012:function:{name}")
        assert kept["outcome"] == "skipped"
        assert reason in kept["reason"]


def test_a_runtime_without_a_wrapper_is_said(account: Account) -> None:
    arn = account.function(Tags={"outrider": "protect"}, Runtime="provided.al2023")
    assert account.batch(changed("checkout")) == []
    assert "without a wrapper" in account.latest(arn)["reason"]


def test_paused(account: Account) -> None:
    arn = account.function(Tags={"outrider": "protect"})
    account.clients["ssm"].put_parameter(Name=PAUSED, Value=" TRUE", Type="String", Overwrite=True)
    assert account.batch(changed("checkout")) == []
    assert "paused" in account.latest(arn)["reason"]
    assert not wrapped(account)


def test_what_is_set_back_again_and_again_is_given_up(account: Account) -> None:
    arn = account.function(Tags={"outrider": "protect"})
    before = account.configuration("checkout")["variables"]
    for _ in range(4):
        assert account.batch(changed("checkout")) == []
        account.clients["lambda"].update_function_configuration(
            FunctionName="checkout", Environment={"Variables": before}, Layers=[]
        )
    assert account.latest(arn)["outcome"] == "failed"
    assert not wrapped(account)


def test_no_layer_no_functions_no_image_no_services(account_with: Make) -> None:
    account = account_with(OUTRIDER_LAYER_ARNS="", OUTRIDER_SIDECAR_IMAGE="")
    account.function(Tags={"outrider": "protect"})
    service = account.service()
    assert account.batch(changed("checkout"), {"command": "protect", "service": service}) == ["1"]
    assert not wrapped(account)


def test_our_own_calls_are_no_news(account: Account) -> None:
    arn = account.function(Tags={"outrider": "protect"})
    ours = f"arn:aws:sts::123456789012:assumed-role/{ROLE.rpartition('/')[2]}/x"
    assert account.batch(changed("checkout", by=ours)) == []
    assert account.latest(arn) == {}


def test_a_function_that_is_gone_is_nothing(account: Account) -> None:
    assert account.batch(changed("nobody")) == []
