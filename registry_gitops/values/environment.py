"""config.yml with the environment variables of the registry over it.

Code that needs to know what the registry does, whichever value says so, reads `RegistryValues.effective_configuration`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from registry_gitops.model import LocatedError, custom_error
from registry_gitops.substitution import by_default, is_left_to_flux, stands_for_reference
from registry_gitops.values.configuration import DRIVERS, Configuration
from registry_gitops.values.registry_config import rendered_config

if TYPE_CHECKING:
    from registry_gitops.values.env import EnvVar
    from registry_gitops.values.registry_values import RegistryValues
    from registry_gitops.values.variables import ConfigKey

Path = tuple[str | int, ...]
"""Keys of config.yml, and list indices."""


def effective_configuration(values: RegistryValues) -> Configuration:
    """Return config.yml with the variables of `extraEnvVars` over it, as the registry reads both.

    Variables that are refused, and those whose value is not known, are left out. What `extraEnvVarsSecret` and
    `extraEnvVarsCM` hold is not known.
    """
    return read_environment(values).configuration


class Environment(NamedTuple):
    """config.yml with the variables over it, and what is wrong with these."""

    configuration: Configuration
    errors: tuple[LocatedError, ...] = ()
    keys: tuple[tuple[int, Path], ...] = ()
    """The index in `extraEnvVars` of each variable, and the key that it sets."""
    unknown: tuple[Path, ...] = ()
    """Keys that a variable sets to a value that is not known, such as one from a Secret."""


def is_override(variable: EnvVar) -> bool:
    """Return whether the registry reads the variable as an override of config.yml, or would in upper case."""
    return variable.name.upper().startswith("REGISTRY_")


def read_environment(values: RegistryValues) -> Environment:
    """Read the REGISTRY_* variables of `extraEnvVars` in the order of their names, as the registry does."""
    variables = sorted(
        ((index, variable) for index, variable in enumerate(values.extra_env_vars) if is_override(variable)),
        key=lambda item: item[1].name,
    )
    if not variables:
        return Environment(values.rendered_configuration)
    return _Reader(values).read(variables)


_NO_PROVIDER: Final = {
    "htpasswd": "the chart mounts no users: set auth.htpasswd.enabled to true, and auth.htpasswd.existingSecret to the "
    "Secret with the users, instead",
    "token": "the chart mounts no keys of a token server: set auth.token.enabled to true instead, and write its keys",
}


class _Reader:
    """Applies variables to the rendered config.yml, and validates the result."""

    def __init__(self, values: RegistryValues) -> None:
        self._values = values
        self._config = to_mutable(rendered_config(values))
        self._errors: list[LocatedError] = []
        self._unknown: list[Path] = []
        self._keys: list[tuple[int, ConfigKey]] = []

    def read(self, variables: list[tuple[int, EnvVar]]) -> Environment:
        for index, variable in variables:
            self._apply(index, variable)
        try:
            configuration = Configuration.model_validate(self._config, by_alias=True, by_name=False)
        except ValidationError as error:
            self._errors += _blame(error, self._keys, _wrong_keys(rendered_config(self._values)))
            configuration = self._values.rendered_configuration
        keys = tuple((index, key.path) for index, key in self._keys)
        return Environment(configuration, tuple(self._errors), keys, tuple(self._unknown))

    def _apply(self, index: int, variable: EnvVar) -> None:
        # Imported here, because few config files have such variables.
        from registry_gitops.values import variables

        part = "name"
        try:
            key = variables.find_config_key(variable.name)
            self._refuse_new_section(key)
            part = "value"
            if has_unknown_value(variable):
                self._unknown.append(key.path)
                variables.add_sections(self._config, key)
            else:
                text = by_default(variable.value or "", "")
                variables.set_value(self._config, key, variables.parse_value(text, key))
        except PydanticCustomError as error:
            self._errors.append((("extraEnvVars", index, part), error))
        else:
            self._keys.append((index, key))

    def _refuse_new_section(self, key: ConfigKey) -> None:
        """Refuse a variable for a driver or provider that config.yml does not have: the chart renders by that one."""
        from registry_gitops.values.variables import AZURE_CREDENTIALS, single_key_error

        section, name = str(key.path[0]), str(key.path[1] if len(key.path) > 1 else "")
        there = rendered_config(self._values).get(section, {})
        if section == "auth" and name not in there:
            raise custom_error("variable_provider", _NO_PROVIDER[name])
        if section == "storage" and name in DRIVERS and name not in there:
            raise custom_error(
                "variable_driver",
                f"the storage driver is {self._values.driver}, and the registry exits with two: set storage.type to "
                f"{name} instead, and write the keys of its section",
            )
        if key.path[:-1] == AZURE_CREDENTIALS and there["azure"].get("credentials"):
            raise single_key_error(key.path)


def has_unknown_value(variable: EnvVar) -> bool:
    """Return whether the value of the variable is known only in the cluster: from a Secret, or another variable."""
    value = variable.value or ""
    is_reference = is_left_to_flux(value) or stands_for_reference(value)
    return variable.value_from is not None or "$(" in value or is_reference


def _wrong_keys(config: Any) -> set[tuple[int | str, ...]]:
    """Return the keys of a config.yml that are wrong."""
    try:
        Configuration.model_validate(config, by_alias=True, by_name=False)
    except ValidationError as error:
        return {detail["loc"] for detail in error.errors(include_url=False)}
    return set()


def _blame(
    error: ValidationError, keys: list[tuple[int, ConfigKey]], others: set[tuple[int | str, ...]]
) -> Iterator[LocatedError]:
    """Yield each error of the whole config.yml at the variable that sets its key, or a key next to it.

    `others` are the keys that are wrong without the variables, for other values.
    """
    for detail in error.errors(include_url=False):
        loc = detail["loc"]
        if loc in others:
            continue
        index, key = max(keys, key=lambda item: _common(item[1].path, loc))
        where = "" if loc == key.path else f"{type(key)(loc, None).dotted}: "
        yield ("extraEnvVars", index, "value"), custom_error("variable_value", f"{where}{_sentence(detail)}")


def _common(path: Path, loc: Path) -> int:
    equal = [a == b for a, b in zip(path, loc, strict=False)]
    return equal.index(False) if False in equal else len(equal)


_SENTENCES: Final = {
    "string_type": "must be text: put double quotes into the value",
    "bool_type": "must be true or false, without quotes inside the value",
    "int_type": "must be a whole number, without quotes inside the value",
    "list_type": "must be a list, as YAML: write [ENTRY, ENTRY]",
    "dict_type": "must be a map, as YAML: write {KEY: VALUE}",
    "model_type": "must be a section, as YAML: write {KEY: VALUE}, or set a single key by a longer name",
    "missing": "is required, set it too",
}


def _sentence(detail: Any) -> str:
    message = str(detail["msg"]).replace("Input should be", "must be").replace("Input should", "must")
    return _SENTENCES.get(detail["type"], message)


def to_mutable(value: Any) -> Any:
    """Return plain data as new dicts and lists."""
    if isinstance(value, Mapping):
        return {key: to_mutable(item) for key, item in value.items()}
    return [to_mutable(item) for item in value] if isinstance(value, list | tuple) else value
