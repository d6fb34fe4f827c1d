"""Keeps a target group in line with a name, in twenty lines, as people write it: run it every minute by cron or as a function.

From the environment: AWS_ENDPOINT_URL, TARGET_GROUP_ARN, HOST_NAME, and where DNS answers: DNS_SERVER, DNS_PORT.
It knows that a draining target is registered no longer, which many of its kind do not.
"""
import os
import subprocess

import boto3

GROUP = os.environ["TARGET_GROUP_ARN"]
elb = boto3.client("elbv2", endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def refresh():
    server, port = os.environ["DNS_SERVER"], os.environ["DNS_PORT"]
    dig = ["dig", f"@{server}", "-p", port, "+short", os.environ["HOST_NAME"]]
    named = set(subprocess.run(dig, capture_output=True, text=True, check=True).stdout.split())
    described = elb.describe_target_health(TargetGroupArn=GROUP)["TargetHealthDescriptions"]
    registered = {each["Target"]["Id"] for each in described if each["TargetHealth"]["State"] != "draining"}
    if named - registered:
        elb.register_targets(TargetGroupArn=GROUP, Targets=[{"Id": ip} for ip in named - registered])
    if registered - named:
        elb.deregister_targets(TargetGroupArn=GROUP, Targets=[{"Id": ip} for ip in registered - named])


if __name__ == "__main__":
    refresh()
