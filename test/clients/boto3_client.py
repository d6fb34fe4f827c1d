"""Makes one call with boto3, so that a test can see what a client that is not the JavaScript SDK sees.

    python3 boto3_client.py http://127.0.0.1:4599 222222222222 ec2 describe_vpc_endpoint_connections '{"MaxResults": 5}'

Prints the output as JSON, or {"error": code, "message": text}. Streams are read, bytes shown as text, dates in ISO form.
"""
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def shown(value):
    if hasattr(value, "read"):
        value = value.read()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value.isoformat()


def main(url, key, service, method, parameters="{}"):
    client = boto3.client(
        service,
        endpoint_url=url,
        region_name="us-west-2",
        aws_access_key_id=key,
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )
    try:
        output = getattr(client, method)(**json.loads(parameters))
        output.pop("ResponseMetadata", None)
    except ClientError as error:
        output = {"error": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    print(json.dumps(output, default=shown))


main(*sys.argv[1:])
