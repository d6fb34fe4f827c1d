"""Makes several calls with boto3 in one process, one after the other: starting Python takes longer than any of them.

    python3 boto3_calls.py http://127.0.0.1:4599 222222222222 route53 '[["list_hosted_zones", {}], ["get_change", {"Id": "C1"}]]'

Prints a list with what came of each: the output, or {"error": code, "message": text}. Dates are in ISO form.
"""
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def outcome(call, parameters):
    try:
        output = call(**parameters)
        output.pop("ResponseMetadata", None)
        return output
    except ClientError as error:
        return {"error": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}


def main(url, key, service, calls):
    client = boto3.client(
        service,
        endpoint_url=url,
        region_name="us-west-2",
        aws_access_key_id=key,
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )
    outcomes = [outcome(getattr(client, method), parameters) for method, parameters in json.loads(calls)]
    print(json.dumps(outcomes, default=lambda value: value.isoformat()))


main(*sys.argv[1:])
