"""Keys, aliases, tags, policies and rotation by boto3: every operation that this botocore knows, exceptions by class."""

import json
import unittest
from datetime import datetime, timedelta, timezone

from support.case import StrongroomTestCase

ARN = "arn:aws:kms:us-east-1:000000000000"


class Boto3KeysTest(StrongroomTestCase):
    def test_a_new_key_is_described_as_aws_describes_one(self):
        key = self.kms.create_key(Description="first", Tags=[{"TagKey": "team", "TagValue": "storage"}])["KeyMetadata"]
        self.assertEqual(f"{ARN}:key/{key['KeyId']}", key["Arn"])
        self.assertLess(abs(key["CreationDate"] - datetime.now(timezone.utc)), timedelta(minutes=1))
        expected = {"AWSAccountId": "000000000000", "Enabled": True, "Description": "first", "KeyUsage": "ENCRYPT_DECRYPT",
                    "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT",
                    "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
                    "MultiRegion": False}
        self.assertEqual(expected, {name: key[name] for name in expected})
        described = self.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        self.assertEqual({name: described[name] for name in expected}, expected)
        self.assertEqual([{"TagKey": "team", "TagValue": "storage"}], self.kms.list_resource_tags(KeyId=key["KeyId"])["Tags"])

    def test_every_form_of_identifier_names_the_same_key(self):
        key = self.create_key()
        self.kms.create_alias(AliasName="alias/forms", TargetKeyId=key)
        blob = self.kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
        for form in (key, f"{ARN}:key/{key}", "alias/forms", f"{ARN}:alias/forms"):
            with self.subTest(form):
                self.assertEqual(key, self.kms.describe_key(KeyId=form)["KeyMetadata"]["KeyId"])
                self.assertEqual(f"{ARN}:key/{key}", self.kms.encrypt(KeyId=form, Plaintext=b"x")["KeyId"])
                self.assertEqual(b"x", self.kms.decrypt(CiphertextBlob=blob, KeyId=form)["Plaintext"])

    def test_where_aws_takes_no_alias_none_is_taken(self):
        key = self.create_key()
        self.kms.create_alias(AliasName="alias/not-here", TargetKeyId=key)
        for operation in (self.kms.disable_key, self.kms.enable_key_rotation, self.kms.schedule_key_deletion,
                          self.kms.list_resource_tags):
            with self.subTest(operation.__name__), self.assertRaises(self.kms.exceptions.ClientError) as caught:
                operation(KeyId="alias/not-here")
            self.assertIn(caught.exception.response["Error"]["Code"],
                          ("NotFoundException", "InvalidArnException", "ValidationException"))
        self.assertEqual("Enabled", self.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])

    def test_keys_of_other_kinds_are_refused(self):
        for members in ({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, {"Origin": "EXTERNAL"}, {"MultiRegion": True}):
            with self.subTest(members), self.assertRaises(self.kms.exceptions.UnsupportedOperationException):
                self.kms.create_key(**members)

    def test_key_states_allow_what_aws_allows(self):
        def fresh(state):
            key = self.create_key()
            if state == "disabled":
                self.kms.disable_key(KeyId=key)
            if state == "pending deletion":
                self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
            return key

        alias = iter(range(1000))
        operations = {
            "encrypt": lambda key: self.kms.encrypt(KeyId=key, Plaintext=b"x"),
            "generate_data_key": lambda key: self.kms.generate_data_key(KeyId=key, KeySpec="AES_128"),
            "without_plaintext": lambda key: self.kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_128"),
            "create_alias": lambda key: self.kms.create_alias(AliasName=f"alias/state-{next(alias)}", TargetKeyId=key),
            "tag": lambda key: self.kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]),
            "untag": lambda key: self.kms.untag_resource(KeyId=key, TagKeys=["a"]),
            "describe_as": lambda key: self.kms.update_key_description(KeyId=key, Description="d"),
            "describe": lambda key: self.kms.describe_key(KeyId=key),
            "get_policy": lambda key: self.kms.get_key_policy(KeyId=key, PolicyName="default"),
            "list_tags": lambda key: self.kms.list_resource_tags(KeyId=key),
            "list_aliases": lambda key: self.kms.list_aliases(KeyId=key),
            "enable": lambda key: self.kms.enable_key(KeyId=key),
            "disable": lambda key: self.kms.disable_key(KeyId=key),
            "enable_rotation": lambda key: self.kms.enable_key_rotation(KeyId=key),
            "disable_rotation": lambda key: self.kms.disable_key_rotation(KeyId=key),
            "rotation_status": lambda key: self.kms.get_key_rotation_status(KeyId=key),
            "schedule": lambda key: self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7),
            "cancel": lambda key: self.kms.cancel_key_deletion(KeyId=key),
        }
        disabled, invalid = "DisabledException", "KMSInvalidStateException"
        refused = {
            "enabled": {"cancel": invalid},
            "disabled": {"cancel": invalid, "encrypt": disabled, "generate_data_key": disabled,
                         "without_plaintext": disabled, "enable_rotation": disabled, "disable_rotation": disabled},
            "pending deletion": {name: invalid for name in
                                 ("encrypt", "generate_data_key", "without_plaintext", "create_alias", "tag", "untag",
                                  "describe_as", "enable", "disable", "enable_rotation", "disable_rotation", "schedule")},
        }
        for state, refusals in refused.items():
            for name, operation in operations.items():
                with self.subTest(state=state, operation=name):
                    key = fresh(state)
                    if name in refusals:
                        with self.assert_refused(refusals[name]):
                            operation(key)
                    else:
                        operation(key)

    def test_a_cancelled_deletion_leaves_the_key_disabled(self):
        key = self.create_key()
        answer = self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=10)
        self.assertEqual(("PendingDeletion", 10), (answer["KeyState"], answer["PendingWindowInDays"]))
        expected = datetime.now(timezone.utc) + timedelta(days=10)
        self.assertLess(abs(answer["DeletionDate"] - expected), timedelta(minutes=1))
        self.assertEqual(answer["DeletionDate"], self.kms.describe_key(KeyId=key)["KeyMetadata"]["DeletionDate"])
        self.kms.cancel_key_deletion(KeyId=key)
        metadata = self.kms.describe_key(KeyId=key)["KeyMetadata"]
        self.assertEqual(("Disabled", False), (metadata["KeyState"], "DeletionDate" in metadata))

    # --- aliases

    def test_an_alias_moves_to_another_key_and_goes(self):
        first, second = self.create_key(), self.create_key()
        self.kms.create_alias(AliasName="alias/moving", TargetKeyId=first)
        with self.assertRaises(self.kms.exceptions.AlreadyExistsException):
            self.kms.create_alias(AliasName="alias/moving", TargetKeyId=second)
        self.kms.update_alias(AliasName="alias/moving", TargetKeyId=second)
        self.assertEqual(second, self.kms.describe_key(KeyId="alias/moving")["KeyMetadata"]["KeyId"])
        entry, = self.kms.list_aliases(KeyId=second)["Aliases"]
        self.assertEqual(("alias/moving", f"{ARN}:alias/moving", second),
                         (entry["AliasName"], entry["AliasArn"], entry["TargetKeyId"]))
        self.kms.delete_alias(AliasName="alias/moving")
        for attempt in (lambda: self.kms.delete_alias(AliasName="alias/moving"),
                        lambda: self.kms.update_alias(AliasName="alias/moving", TargetKeyId=first),
                        lambda: self.kms.describe_key(KeyId="alias/moving")):
            with self.assertRaises(self.kms.exceptions.NotFoundException):
                attempt()

    def test_alias_names_keep_aws_rules(self):
        key = self.create_key()
        for name in ("alias/aws/s3", "alias/", "alias/a b", "alias/" + "a" * 251, "photos"):
            with self.subTest(name), self.assertRaises(self.kms.exceptions.ClientError) as caught:
                self.kms.create_alias(AliasName=name, TargetKeyId=key)
            self.assertIn(caught.exception.response["Error"]["Code"],
                          ("InvalidAliasNameException", "ValidationException", "NotAuthorizedException"))
        self.assertEqual([], self.kms.list_aliases(KeyId=key)["Aliases"])

    def test_a_key_has_fifty_aliases_at_most(self):
        key = self.create_key()
        for n in range(50):
            self.kms.create_alias(AliasName=f"alias/fifty-{n}", TargetKeyId=key)
        with self.assertRaises(self.kms.exceptions.LimitExceededException):
            self.kms.create_alias(AliasName="alias/fifty-more", TargetKeyId=key)

    # --- lists

    def test_paginators_give_every_entry_once(self):
        made = {self.create_key() for _ in range(5)}
        for n, key in enumerate(sorted(made)):
            self.kms.create_alias(AliasName=f"alias/page-{n}", TargetKeyId=key)
            self.kms.tag_resource(KeyId=key, Tags=[{"TagKey": f"t{i}", "TagValue": ""} for i in range(5)])
        pages = list(self.kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
        self.assertTrue(all(len(page["Keys"]) <= 2 for page in pages))
        listed = [entry["KeyId"] for page in pages for entry in page["Keys"]]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertLessEqual(made, set(listed))

        aliases = self.kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 2}).build_full_result()
        names = [entry["AliasName"] for entry in aliases["Aliases"]]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({f"alias/page-{n}" for n in range(5)}, set(names))

        page, tags, pages = self.kms.list_resource_tags(KeyId=key, Limit=2), [], 1
        tags += page["Tags"]
        while page["Truncated"]:
            page, pages = self.kms.list_resource_tags(KeyId=key, Limit=2, Marker=page["NextMarker"]), pages + 1
            tags += page["Tags"]
        self.assertEqual((3, [f"t{i}" for i in range(5)]), (pages, sorted(tag["TagKey"] for tag in tags)))

    def test_a_marker_that_is_not_ours_is_refused(self):
        for operation in (self.kms.list_keys, self.kms.list_aliases):
            with self.assertRaises(self.kms.exceptions.InvalidMarkerException):
                operation(Marker="nonsense")

    # --- tags and policies

    def test_tags_are_added_replaced_and_removed(self):
        key = self.create_key()
        self.kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "ü", "TagValue": "é"}])
        self.kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "2"}])
        self.kms.untag_resource(KeyId=key, TagKeys=["ü", "not there"])
        self.assertEqual([{"TagKey": "a", "TagValue": "2"}], self.kms.list_resource_tags(KeyId=key)["Tags"])

    def test_tags_keep_aws_rules(self):
        key = self.create_key()
        for tags in ([{"TagKey": "aws:a", "TagValue": ""}], [{"TagKey": "a", "TagValue": ""}] * 2,
                     [{"TagKey": f"t{n}", "TagValue": ""} for n in range(51)]):
            with self.subTest(len(tags)), self.assertRaises(self.kms.exceptions.ClientError) as caught:
                self.kms.tag_resource(KeyId=key, Tags=tags)
            self.assertIn(caught.exception.response["Error"]["Code"], ("TagException", "LimitExceededException"))
        self.assertEqual([], self.kms.list_resource_tags(KeyId=key)["Tags"])

    def test_a_policy_is_kept_as_given_and_checked(self):
        key = self.create_key()
        original = self.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        self.assertEqual("kms:*", json.loads(original)["Statement"][0]["Action"])
        changed = json.dumps(json.loads(original) | {"Id": "changed"}, indent=3)
        self.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=changed)
        self.assertEqual(changed, self.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        self.assertEqual(["default"], self.kms.list_key_policies(KeyId=key)["PolicyNames"])
        for policy in ("no JSON", "[]", "{}", '{"Version":"2012-10-17"}'):
            with self.subTest(policy), self.assertRaises(self.kms.exceptions.MalformedPolicyDocumentException):
                self.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
        with self.assertRaises(self.kms.exceptions.NotFoundException):
            self.kms.get_key_policy(KeyId=key, PolicyName="other")
        self.assertEqual(changed, self.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])

    # --- rotation

    def test_rotation_is_switched_on_and_off(self):
        key = self.create_key()
        self.assertFalse(self.kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])
        self.kms.enable_key_rotation(KeyId=key)
        self.assertTrue(self.kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])
        self.kms.disable_key_rotation(KeyId=key)
        self.assertFalse(self.kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])


if __name__ == "__main__":
    unittest.main()
