"""Ten consumers and a provider at once, with boto3, against a sandbox that is being served.

    python3 ten_consumers.py http://127.0.0.1:4599 com.amazonaws.vpce.us-west-2.vpce-svc-0123456789abcdef0 [SECONDS]

The provider registers customers of its own (ids begin with `ten-`) and allows their accounts; all consumers create their
endpoints in one moment; once every request is decided, what EC2 says of each is compared with what the registry says it
should be. Prints a table. Ends with 0 where all agree, 1 where one does not or is not decided within SECONDS (120), 2 where
it was called wrongly. Once for each sandbox: the endpoints stay, and keep their places.
"""
import sys
import threading
import time
from collections import Counter, namedtuple
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

REGION = "us-west-2"
PATIENCE_SECONDS = 120
LOOK_AGAIN_SECONDS = 0.5

# What the registry is told of a consumer: its customers (several may share an account), and what differs from an active
# customer with one endpoint, automatic approval and no dates.
Consumer = namedtuple("Consumer", "account case endpoints customers", defaults=(1, ({},)))
CONSUMERS = (
    Consumer("600000000001", "entitled"),
    Consumer("600000000002", "entitled, a second customer"),
    Consumer("600000000003", "quota of 2, two endpoints", 2, ({"maxEndpoints": 2},)),
    Consumer("600000000004", "quota of 1, two endpoints", 2),
    Consumer("600000000005", "not registered", 1, ()),
    Consumer("600000000006", "suspended", 1, ({"status": "suspended"},)),
    Consumer("600000000007", "region not covered", 1, ({"regions": ["eu-west-1"]},)),
    Consumer("600000000008", "a person has to approve", 1, ({"approval": "manual"},)),
    Consumer("600000000009", "contract has ended", 1, ({"until": "2020-01-01T00:00:00Z"},)),
    Consumer("600000000010", "account of two customers", 1, ({}, {})),
)

Request = namedtuple("Request", "consumer endpoint")


def client(service, url, key):
    return boto3.session.Session().client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
    )


def attribute(value):
    if isinstance(value, int):
        return {"N": str(value)}
    return {"L": [attribute(item) for item in value]} if isinstance(value, list) else {"S": value}


def plain(typed):
    ((kind, value),) = typed.items()
    if kind == "L":
        return [plain(item) for item in value]
    return int(value) if kind == "N" else value


class Provider:
    """Whoever runs the service: enters customers, allows principals, looks at connections and decisions."""

    def __init__(self, url, service_name):
        self.ec2 = client("ec2", url, "operator")
        self.dynamo = client("dynamodb", url, "operator")
        self.service_id = service_name.rsplit(".", 1)[-1]
        self.registry = self.table("registry")
        self.ledger = self.table("ledger")

    def table(self, part):
        found = [name for name in self.dynamo.list_tables()["TableNames"] if part in name]
        if len(found) != 1:
            raise SystemExit(f"Expected one table whose name holds {part}, found {found or 'none'}.")
        return found[0]

    def enter(self, pk, sk, **entry):
        item = {name: attribute(value) for name, value in {"pk": pk, "sk": sk, **entry}.items()}
        self.dynamo.put_item(TableName=self.registry, Item=item)

    def register(self, consumer):
        service = f"SERVICE#{self.service_id}"
        for number, terms in enumerate(consumer.customers, start=1):
            customer_id = f"ten-{consumer.account[-2:]}-{number}"
            status = terms.get("status", "active")
            self.enter(f"CUSTOMER#{customer_id}", "CUSTOMER", customerId=customer_id, name=consumer.case, status=status)
            entitlement = {"maxEndpoints": 1, "approval": "automatic", **terms}
            entitlement.pop("status", None)
            ids = {"customerId": customer_id, "serviceId": self.service_id}
            self.enter(service, f"ENTITLEMENT#{customer_id}", **ids, **entitlement)
            self.enter(service, f"MATCH#account#{consumer.account}#{customer_id}", customerId=customer_id)

    def allow(self, accounts):
        arns = [f"arn:aws:iam::{account}:root" for account in accounts]
        self.ec2.modify_vpc_endpoint_service_permissions(ServiceId=self.service_id, AddAllowedPrincipals=arns)

    def entries(self, pk, sk):
        """The entries of a group, by sort key, as the registry has them now."""
        answer = self.dynamo.query(
            TableName=self.registry,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":sk": {"S": sk}},
        )
        return [{name: plain(value) for name, value in item.items()} for item in answer["Items"]]

    def states(self):
        """Endpoint id -> its state, of all connections of the service."""
        pages = self.ec2.get_paginator("describe_vpc_endpoint_connections").paginate(
            Filters=[{"Name": "service-id", "Values": [self.service_id]}]
        )
        return {each["VpcEndpointId"]: each["VpcEndpointState"] for page in pages for each in page["VpcEndpointConnections"]}

    def reasons(self, endpoint):
        """The reason codes of the decisions that the ledger has on an endpoint, oldest first."""
        answer = self.dynamo.query(
            TableName=self.ledger,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={
                ":pk": {"S": f"REQUEST#{self.service_id}#{endpoint}"},
                ":sk": {"S": "DECISION#"},
            },
        )
        return [item["code"]["S"] for item in answer["Items"]]

    def expected(self, consumer):
        """How many of a consumer's endpoints should be in which state, by the registry's entries alone."""
        service = f"SERVICE#{self.service_id}"
        matches = self.entries(service, f"MATCH#account#{consumer.account}#")
        if not matches:
            return Counter(rejected=consumer.endpoints)
        waiting = Counter(pendingAcceptance=consumer.endpoints)
        if len(matches) > 1:
            return waiting
        customer_id = matches[0]["customerId"]
        (customer,) = self.entries(f"CUSTOMER#{customer_id}", "CUSTOMER")
        if customer["status"] == "suspended":
            return Counter(rejected=consumer.endpoints)
        entitlement = next(
            each for each in self.entries(service, "ENTITLEMENT#") if each["customerId"] == customer_id
        )
        is_over = entitlement.get("until", "9999") <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        if REGION not in entitlement.get("regions", [REGION]) or is_over or entitlement["approval"] != "automatic":
            return waiting
        accepted = min(consumer.endpoints, entitlement["maxEndpoints"])
        return +Counter(available=accepted, pendingAcceptance=consumer.endpoints - accepted)


def create_all_at_once(url, service_name):
    """Every endpoint by a thread of its own; none starts before all are ready."""
    wanted = [consumer for consumer in CONSUMERS for _ in range(consumer.endpoints)]
    clients = [client("ec2", url, consumer.account) for consumer in wanted]
    together = threading.Barrier(len(wanted))

    def create(consumer, ec2):
        together.wait()
        digits = consumer.account[-8:]
        answer = ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            ServiceName=service_name,
            VpcId=f"vpc-{digits}",
            SubnetIds=[f"subnet-{digits}"],
        )
        return Request(consumer, answer["VpcEndpoint"]["VpcEndpointId"])

    with ThreadPoolExecutor(len(wanted)) as threads:
        return list(threads.map(create, wanted, clients))


def wait_until_decided(provider, requests, seconds):
    """@returns the states, once each request has a decision and none is on its way; or as they are when time is up."""
    deadline = time.monotonic() + seconds
    undecided = list(requests)
    while True:
        undecided = [request for request in undecided if not provider.reasons(request.endpoint)]
        states = provider.states()
        if not undecided and "pending" not in [states.get(request.endpoint) for request in requests]:
            return states
        if time.monotonic() > deadline:
            return states
        time.sleep(LOOK_AGAIN_SECONDS)


def words(counter):
    return ", ".join(f"{count} {state}" for state, count in sorted(counter.items()))


def compare(provider, requests, states):
    """@returns a row for each consumer: mark, account, case, what should be, what is, why."""
    rows = []
    for consumer in CONSUMERS:
        endpoints = [request.endpoint for request in requests if request.consumer == consumer]
        should, found = provider.expected(consumer), Counter(states.get(endpoint, "not listed") for endpoint in endpoints)
        reasons = [provider.reasons(endpoint) for endpoint in endpoints]
        is_decided = all(reasons)
        why = ", ".join(sorted("+".join(codes) or "not decided" for codes in reasons))
        mark = "ok" if should == found and is_decided else "NO"
        rows.append((mark, consumer.account, consumer.case, words(should), words(found), why))
    return rows


def show(rows):
    table = [("", "account", "case", "registry says", "EC2 says", "why"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def main(url, service_name, seconds=PATIENCE_SECONDS):
    provider = Provider(url, service_name)
    for consumer in CONSUMERS:
        provider.register(consumer)
    provider.allow([consumer.account for consumer in CONSUMERS])
    requests = create_all_at_once(url, service_name)
    rows = compare(provider, requests, wait_until_decided(provider, requests, float(seconds)))
    show(rows)
    return 0 if all(mark == "ok" for mark, *_ in rows) else 1


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        print("Usage: python3 ten_consumers.py URL SERVICE_NAME [SECONDS]", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
