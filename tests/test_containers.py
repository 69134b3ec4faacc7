"""The image and the compose files, as far as they can be judged without a container engine.

Nothing is built or started here unless Docker or Podman runs: then `scripts/image` builds the image, starts it
read-only and opens its page. Without one, this only reads: that every file, stage, service, volume and variable that is
named exists, and that the rules of running safely are kept.
"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.openapi import describe_api
from app.routes.pages import ROOT
from app.settings import PREFIX, Settings

SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields} | {"GRADLAB_CACHE_DIR"}
COMPOSE, TLS = (yaml.safe_load((ROOT / name).read_text()) for name in ("compose.yaml", "compose.tls.yaml"))
GUIDE = (ROOT / "docs/operations.md").read_text()


def dockerfile() -> list[tuple[str, str]]:
    """The instructions with what follows them, continued lines joined, comments left out."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def last_stage() -> list[tuple[str, str]]:
    instructions = dockerfile()
    start = max(index for index, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[start:]


def values(name: str, instructions: list[tuple[str, str]]) -> list[str]:
    return [rest for each, rest in instructions if each == name]


def variables(text: str) -> dict[str, str]:
    """What an ENV sets."""
    return {name: value.strip('"') for name, value in re.findall(r"(\w+)=(\"[^\"]*\"|\S+)", text)}


def merged() -> dict[str, Any]:
    """The services of both compose files, the second one's laid over the first's, as Compose does it."""
    services = {name: dict(service) for name, service in COMPOSE["services"].items()}
    for name, service in TLS["services"].items():
        before = services.setdefault(name, {})
        environment = before.get("environment", {}) | service.get("environment", {})
        before |= service | {"environment": environment}
    return services


# The image


def test_the_image_runs_as_a_numbered_user_who_owns_only_its_data() -> None:
    (user,) = values("USER", last_stage())
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "a number: Kubernetes cannot tell who a name is"
    (volume,) = values("VOLUME", last_stage())
    (environment,) = values("ENV", last_stage())
    assert variables(environment)["GRADLAB_DATABASE_URL"].startswith(f"sqlite:///{volume}/")
    owned = [rest.split()[-1] for rest in values("COPY", last_stage()) if f"--chown={user}" in rest]
    assert volume in owned
    assert "/opt/gradlab" not in owned, "the program is nobody's to change"


def test_the_image_s_health_is_asked_at_an_address_that_exists() -> None:
    (check,) = values("HEALTHCHECK", last_stage())
    path = re.search(r"http://127\.0\.0\.1:8000(/\w+)", check)
    assert path and path[1] in describe_api()["paths"]
    assert values("EXPOSE", last_stage()) == ["8000"]


def test_the_image_s_kernels_are_compiled_for_the_processor_that_it_names() -> None:
    compiling = [rest for rest in values("RUN", dockerfile()) if "-m engine" in rest]
    assert len(compiling) == 1
    build, run = (variables(rest) for rest in values("ENV", dockerfile())[-2:])
    for name in ("GRADLAB_CACHE_DIR", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"):
        assert build[name] == run[name], "or Numba would compile anew"


def test_what_the_image_is_made_from_is_there_and_let_in() -> None:
    stages = {rest.split(" AS ")[1] for rest in values("FROM", dockerfile()) if " AS " in rest}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / name).exists() for name in let_in)
    for rest in values("COPY", dockerfile()):
        stage = re.match(r"--from=(\w+)", rest)
        if stage:
            assert stage[1] in stages
            continue
        *sources, _ = rest.split()
        assert sources == ["."] or set(sources) <= let_in, rest


def test_the_image_s_versions_are_the_project_s() -> None:
    environment = (ROOT / "scripts/environment").read_text()
    (uv,) = {found for rest in values("RUN", dockerfile()) for found in re.findall(r"uv==([\d.]+)", rest)}
    assert f"uv=={uv}" in environment
    (base,) = re.findall(r"BASE=python:(3\.\d+)-", (ROOT / "Dockerfile").read_text())
    assert f"Python :: {base}" in (ROOT / "pyproject.toml").read_text()


def test_the_image_s_variables_are_settings() -> None:
    named = {name for rest in values("ENV", dockerfile()) for name in variables(rest) if name.startswith(PREFIX)}
    assert named and named <= SETTINGS


# The compose files


def test_the_services_variables_are_settings_and_the_operator_s_are_explained() -> None:
    given = {name for name in merged()["gradlab"]["environment"] if name.startswith(PREFIX)}
    assert given <= SETTINGS
    for name in ("compose.yaml", "compose.tls.yaml", "Caddyfile"):
        for variable in re.findall(r"\$\{?\$?([A-Z_]+)", (ROOT / name).read_text()):
            assert f"{variable}=" in GUIDE or f"`{variable}`" in GUIDE, f"{variable} of {name}"


def test_the_settings_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in merged()["gradlab"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{[^}]*\}", "example", value))
    chosen = Settings.read(host="0.0.0.0")
    assert chosen.behind_tls and chosen.allowed_hosts == ("gradlab", "example") and chosen.log_format == "json"


def test_the_services_are_confined() -> None:
    services = merged()
    for name in ("gradlab", "proxy"):  # the database's image begins as root and gives that up by itself
        service = services[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "privileged" not in service and "user" not in service, name
    assert services["gradlab"]["tmpfs"] == ["/tmp"] and services["gradlab"]["pids_limit"]
    assert all("mem_limit" in service for service in services.values())
    assert all(service["restart"] == "unless-stopped" for service in services.values())


def test_only_the_proxy_is_open_to_the_network() -> None:
    for name, service in merged().items():
        for port in service.get("ports", []):
            assert name == "proxy" or str(port).startswith("127.0.0.1:"), f"{name} {port}"


def test_services_volumes_and_files_that_are_named_exist() -> None:
    services = merged()
    declared = set(COMPOSE["volumes"]) | set(TLS["volumes"])
    for service in services.values():
        needed = service.get("depends_on", [])
        for other in needed:
            assert other in services
            if isinstance(needed, dict) and needed[other]["condition"] == "service_healthy":
                assert "healthcheck" in services[other]
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).is_file() if source.startswith("./") else source in declared, volume
    assert "@database/" in services["gradlab"]["environment"]["GRADLAB_DATABASE_URL"]
    assert "gradlab:8000" in (ROOT / "Caddyfile").read_text()
    database = services["database"]["environment"]
    assert "//gradlab:" in services["gradlab"]["environment"]["GRADLAB_DATABASE_URL"]
    assert database["POSTGRES_USER"] == database["POSTGRES_DB"] == "gradlab"


def test_the_server_has_time_to_end_in_good_order() -> None:
    from app.server import make_server

    config = make_server(None, "127.0.0.1", 0, 1).config
    assert int(merged()["gradlab"]["stop_grace_period"].rstrip("s")) > (config.timeout_graceful_shutdown or 0)


# The guide


def test_the_guide_names_what_exists() -> None:
    from app.metrics import Metrics

    metrics = set(re.findall(r"\| `(gradlab_\w+)", GUIDE)) - {"gradlab_sessions_created_total"}
    shown = {line.split()[2] for line in Metrics().text().decode().splitlines() if line.startswith("# TYPE gradlab")}
    assert {name for name in metrics if name in shown} == shown, "every figure that is counted is explained"
    assert set(re.findall(r"`(GRADLAB_\w+?)(?:=\w+)?`", GUIDE)) <= SETTINGS
    for path in re.findall(r"`(/[a-z]+z|/metrics)`", GUIDE):
        assert path in describe_api()["paths"]
    for file in re.findall(r"\]\(([^)#]+)[^)]*\)|-f (\S+\.yaml)", GUIDE):
        name = file[0] or f"../{file[1]}"
        assert (ROOT / "docs" / name).exists(), name
    volume = values("VOLUME", last_stage())[0]
    assert f"`{volume}`" in GUIDE and "`/tmp`" in GUIDE
    user = values("USER", last_stage())[0].split(":")[0]
    assert f"user {user}" in GUIDE


def engine() -> str | None:
    """A container engine that runs, if there is one."""
    for name in ("docker", "podman"):
        if shutil.which(name) and not subprocess.run([name, "info"], capture_output=True, check=False).returncode:
            return name
    return None


def test_the_image_is_built_and_works() -> None:
    if engine() is None:
        pytest.skip("no container engine runs here, so the image was not built: ./scripts/image does it where one does")
    done = subprocess.run([Path("scripts/image")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
