"""Checks the emulated Bitrix24 by two clients that this project did not write.

    check_clients.py COMMAND...

starts COMMAND (the emulator, which prints the address of its webhook), lets fast_bitrix24 and b24pysdk add, list,
batch and delete against it, and exits with 0 only if everything they saw is right. scripts/check-python-clients
runs it.
"""

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import trustme

PAGES = 120
"""More than two pages, so that both clients have to turn them."""


def main(command: list[str]) -> None:
    with emulator(command) as webhook:
        print(f"fast_bitrix24 against {without_secret(webhook)}")
        with_fast_bitrix24(webhook)
    with emulator(command) as webhook, tls_in_front_of(webhook) as domain:
        print(f"b24pysdk against https://{domain}")
        with_b24pysdk(domain, webhook)
    print("Both clients got what a portal would have given them.")


def with_fast_bitrix24(webhook: str) -> None:
    from fast_bitrix24 import Bitrix
    from fast_bitrix24.server_response import ErrorInServerResponseException

    bitrix = Bitrix(webhook, verbose=False, respect_velocity_policy=False)

    added = bitrix.call(
        "crm.company.add",
        [
            {"fields": {"TITLE": f"Компания № {n} & Co", "PHONE": [{"VALUE": f"+7495{n:07}", "VALUE_TYPE": "WORK"}]}}
            for n in range(PAGES)
        ],
    )
    same(len(set(added)), PAGES, "ids of added companies")

    companies = bitrix.get_all("crm.company.list", {"select": ["ID", "TITLE", "PHONE"]})
    same(sorted(int(company["ID"]) for company in companies), sorted(added), "all pages together")
    by_id = {int(company["ID"]): company for company in companies}
    same(
        {company["TITLE"]: company["PHONE"][0]["VALUE"] for company in companies},
        {f"Компания № {n} & Co": f"+7495{n:07}" for n in range(PAGES)},
        "names and telephones through two encodings",
    )

    items = bitrix.get_all("crm.item.list", {"entityTypeId": 4, "select": ["id"]})
    same(sorted(item["id"] for item in items), sorted(added), "the same by crm.item.list")

    got = bitrix.get_by_ID("crm.company.get", added[:3])
    same({int(key): value["TITLE"] for key, value in got.items()}, {id: by_id[id]["TITLE"] for id in added[:3]}, "get_by_ID")

    preset = preset_id(bitrix.get_all("crm.requisite.preset.list", {"select": ["ID", "XML_ID"]}))
    chain = bitrix.call_batch(
        {
            "halt": 0,
            "cmd": {
                "z": "crm.company.add?fields[TITLE]=chain",
                "r": f"crm.requisite.add?fields[ENTITY_TYPE_ID]=4&fields[ENTITY_ID]=$result[z]&fields[PRESET_ID]={preset}"
                "&fields[NAME]=x&fields[RQ_INN]=7707083893",
                "a": "crm.address.add?fields[TYPE_ID]=6&fields[ENTITY_TYPE_ID]=8&fields[ENTITY_ID]=$result[r]&fields[ADDRESS_1]=x",
            },
        }
    )
    same(chain["a"], True, "a chain by $result")
    found = bitrix.get_all("crm.requisite.list", {"filter": {"RQ_INN": "7707083893"}})
    same([int(row["ENTITY_ID"]) for row in found], [chain["z"]], "the requisite of the chain")
    same(len(bitrix.get_all("crm.address.list", {"filter": {"ANCHOR_ID": chain["z"]}})), 1, "its address")

    with refusal(ErrorInServerResponseException, "Company is not found"):
        bitrix.call("crm.company.delete", [{"ID": 1}, {"ID": 2}])
    bitrix.call("crm.company.delete", [{"ID": id} for id in added])
    same(len(bitrix.get_all("crm.company.list")), 1, "what is left")


def with_b24pysdk(domain: str, webhook: str) -> None:
    from b24pysdk import BitrixWebhook, Client
    from b24pysdk.errors import BitrixAPIError

    user, code = urllib.parse.urlsplit(webhook).path.strip("/").split("/")[1:3]
    token = BitrixWebhook(domain=domain, webhook_token=f"{user}/{code}")
    client = Client(token)

    same(client.profile().result["ID"], user, "the user of the webhook")
    added = [
        client.crm.company.add(fields={"TITLE": f"Компания {n}", "ORIGINATOR_ID": "PAROM", "ORIGIN_ID": str(n)}).result
        for n in range(3)
    ]
    batches = token.call_batches(
        [("crm.company.add", {"fields": {"TITLE": f"Компания {n} & Co"}}) for n in range(3, PAGES)]
    )
    made = batches["result"]["result"]
    added += made if isinstance(made, list) else list(made.values())
    same(len(set(added)), PAGES, "ids of added companies")

    listed = list(client.crm.company.list(select=["ID", "TITLE"]).as_list().result)
    same(sorted(int(company["ID"]) for company in listed), sorted(added), "all pages together")
    fast = list(client.crm.company.list(select=["ID", "TITLE"]).as_list_fast().result)
    same(sorted(int(company["ID"]) for company in fast), sorted(added), "all pages by >ID")
    same({company["ID"]: company["TITLE"] for company in fast}, {company["ID"]: company["TITLE"] for company in listed}, "titles")

    keyed = client.crm.company.list(filter={"ORIGINATOR_ID": "PAROM", "@ORIGIN_ID": ["0", "2"]}, select=["ID"]).result
    same([int(row["ID"]) for row in keyed], [added[0], added[2]], "companies by the key of another system")

    client.crm.company.update(bitrix_id=added[0], fields={"TITLE": "Другая"}).call()
    same(client.crm.company.get(bitrix_id=added[0]).result["TITLE"], "Другая", "a changed name")

    preset = preset_id(token.call_method("crm.requisite.preset.list", {"select": ["ID", "XML_ID"]})["result"])
    chain = token.call_batch(
        {
            "z": ("crm.company.add", {"fields": {"TITLE": "chain"}}),
            "r": (
                "crm.requisite.add",
                {"fields": {"ENTITY_TYPE_ID": 4, "ENTITY_ID": "$result[z]", "PRESET_ID": preset, "NAME": "ИП + x"}},
            ),
            "b": ("crm.requisite.bankdetail.add", {"fields": {"ENTITY_ID": "$result[r]", "NAME": "Счёт"}}),
            "e": ("crm.company.add", {"fields": {"TITLE": "x", "EMAIL": [{"VALUE": "нет"}]}}),
        }
    )["result"]
    same(sorted(chain["result"]), ["b", "r", "z"], "commands of the chain that worked")
    same(chain["result_error"]["e"]["error"], "ERROR_CORE", "the command that did not")
    requisite = token.call_method("crm.requisite.get", {"id": chain["result"]["r"]})["result"]
    same((int(requisite["ENTITY_ID"]), requisite["NAME"]), (chain["result"]["z"], "ИП + x"), "the requisite of the chain")

    item = token.call_method("crm.item.add", {"entityTypeId": 4, "fields": {"title": "x"}})["result"]["item"]
    same(token.call_method("crm.item.delete", {"entityTypeId": 4, "id": item["id"]})["result"], [], "crm.item.delete")
    with refusal(BitrixAPIError, "Not found"):
        client.crm.company.get(bitrix_id=1).call()
    wrong = BitrixWebhook(domain=domain, webhook_token=f"{user}/wrong")
    with refusal(BitrixAPIError, "Wrong authorization data"):
        wrong.call_method("profile")


def preset_id(presets: list[dict]) -> str:
    [found] = [row["ID"] for row in presets if row["XML_ID"] == "#CRM_REQUISITE_PRESET_DEF_RU_COMPANY#"]
    return found


def same(got: object, wanted: object, what: str) -> None:
    if got != wanted:
        raise SystemExit(f"{what}: got {got!r}, wanted {wanted!r}")


@contextlib.contextmanager
def refusal(kind: type[Exception], words: str):
    try:
        yield
    except kind as error:
        if words not in f"{error} {error!r}":
            raise SystemExit(f"refused, but not with {words!r}: {error!r}") from error
    else:
        raise SystemExit(f"not refused, although {words!r} was due")


@contextlib.contextmanager
def emulator(command: list[str]):
    """Runs the emulator as long as it is needed."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            webhook = process.stdout.readline().strip()
            if not webhook.startswith("http://"):
                raise SystemExit(f"the emulator did not start: {webhook!r}")
            yield webhook
        finally:
            process.terminate()


def without_secret(webhook: str) -> str:
    return urllib.parse.urlsplit(webhook).netloc


@contextlib.contextmanager
def tls_in_front_of(webhook: str):
    """b24pysdk speaks https only, so TLS ends here, with a certificate of our own that Python's requests trusts."""
    target = urllib.parse.urlsplit(webhook)
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=forward, args=(plain,), daemon=True).start()

    def forward(plain: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as client:
            with socket.create_connection((target.hostname, target.port)) as portal:
                threading.Thread(target=pump, args=(portal, client), daemon=True).start()
                pump(client, portal)

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    with tempfile.TemporaryDirectory() as folder:
        bundle = os.path.join(folder, "authority.pem")
        authority.cert_pem.write_to_path(bundle)
        os.environ["REQUESTS_CA_BUNDLE"] = bundle
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"localhost:{listener.getsockname()[1]}"
        finally:
            listener.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(sys.argv[1:])
