"""What garbage collection keeps and what it removes, on a disk and in memory."""

from __future__ import annotations

import errno
from itertools import count

from registry_gitops.registry.contents import Digest, collect_garbage, layout
from registry_gitops.registry.contents.garbage import LONG_PUSH
from registry_gitops.registry.storage import Storage
from tests.registry.contents.shelf import MISSING, Shelf, ages, paths, sweep

NOTHING = (0, 0, 0, 0, 0, 0, (), ())


def counts(storage: Storage, moment: float | None = None, *, delete_untagged: bool = False) -> tuple[object, ...]:
    """blobs, bytes, manifests, layers, tags, uploads, repositories, corrupt."""
    done = sweep(storage, moment, delete_untagged=delete_untagged)
    return (
        *(done.blobs, done.bytes, done.manifests, done.layers),
        *(done.tags, done.uploads, done.repositories, done.corrupt),
    )


def files(storage: Storage) -> list[str]:
    return [path for path in paths(storage) if storage.stat(path)]


def test_an_empty_storage_has_no_garbage(storage: Storage) -> None:
    assert counts(storage) == NOTHING


def test_a_tagged_image_stays_with_all_that_it_needs(storage: Storage, app: Shelf) -> None:
    layers = [app.blob(b"config"), app.blob(b"layer")]
    image = app.manifest(*layers, tags=["v1"])
    before = paths(storage)
    assert counts(storage, delete_untagged=True) == NOTHING
    assert paths(storage) == before
    assert all(map(app.has, layers))
    assert app.has_manifest(image)


def test_a_blob_that_no_manifest_names_goes_with_its_link(storage: Storage, app: Shelf) -> None:
    app.manifest(app.blob(b"needed"), tags=["v1"])
    lone = app.blob(b"seven b")
    assert counts(storage) == (1, 7, 0, 1, 0, 0, (), ())
    assert storage.stat(layout.blob_data_path(lone)) is None
    assert storage.names(f"{layout.BLOBS}/sha256/{lone.hex[:2]}") == []


def test_a_blob_that_another_repository_names_keeps_its_bytes_but_not_its_link(storage: Storage, app: Shelf) -> None:
    shared = app.blob(b"shared")
    app.manifest(tags=["v1"])
    other = Shelf(storage, "team/other")
    other.manifest(other.blob(b"shared"), tags=["v1"])
    assert counts(storage) == (0, 0, 0, 1, 0, 0, (), ())
    assert other.has(shared)
    assert not app.has(shared)


def test_what_is_young_stays_without_a_manifest(storage: Storage, app: Shelf) -> None:
    moment = ages()
    layer = app.blob(b"pushed a moment ago, its manifest comes next")
    assert counts(storage, moment) == NOTHING
    assert app.has(layer)


def test_a_blob_that_somebody_was_told_of_stays_with_its_link(storage: Storage, app: Shelf) -> None:
    layer = app.blob(b"old")
    moment = ages()
    assert storage.touch(layout.blob_data_path(layer))
    assert counts(storage, moment) == NOTHING
    assert app.has(layer)


def test_untagged_manifests_stay_unless_they_are_to_go(storage: Storage, app: Shelf) -> None:
    layer = app.blob(b"layer")
    image = app.manifest(layer)
    assert counts(storage) == NOTHING
    assert app.has_manifest(image)
    done = sweep(storage, delete_untagged=True)
    assert (done.manifests, done.layers, done.blobs, done.repositories) == (1, 1, 2, ("app",))
    assert paths(storage, layout.BLOBS + "/sha256", layout.REPOSITORIES) == []


def test_an_index_keeps_its_manifests_and_their_indexes(storage: Storage, app: Shelf) -> None:
    layer = app.blob(b"layer")
    image = app.manifest(layer)
    inner = app.manifest(image)
    app.manifest(inner, tags=["multi"])
    assert counts(storage, delete_untagged=True) == NOTHING
    assert app.has(layer)


def test_a_referrer_lives_as_long_as_its_subject(storage: Storage, app: Shelf) -> None:
    image = app.manifest(tags=["v1"])
    signature = app.manifest(app.blob(b"signature"), subject=image)
    on_signature = app.manifest(app.blob(b"more"), subject=signature)
    assert counts(storage, delete_untagged=True) == NOTHING
    storage.remove(layout.tag_path(app.name, "v1"))
    assert sweep(storage, delete_untagged=True).manifests == 3
    assert not app.has_manifest(on_signature)
    assert storage.names(layout.repository_path(app.name)) == []


def test_nothing_is_left_of_the_referrers_of_a_manifest(storage: Storage, app: Shelf) -> None:
    image = app.manifest(tags=["v1"])
    signature = app.manifest(subject=image)
    storage.remove(layout.revision_path(app.name, signature))
    sweep(storage)
    assert storage.names(f"{layout.subjects_path(app.name)}/sha256") == []


def test_the_referrers_of_what_somebody_was_told_of_stay_with_it(storage: Storage, app: Shelf) -> None:
    image = app.manifest()
    signatures = [app.manifest(subject=image, number=number) for number in range(20)]
    moment = ages()
    storage.touch(layout.blob_data_path(image))
    assert counts(storage, moment, delete_untagged=True) == NOTHING
    assert all(map(app.has_manifest, signatures))


def test_a_referrer_does_not_keep_its_subject(storage: Storage, app: Shelf) -> None:
    image = app.manifest(app.blob(b"layer"))
    artifact = app.manifest(subject=image, tags=["sbom"])
    assert sweep(storage, delete_untagged=True).manifests == 1
    assert app.has_manifest(artifact)
    assert app.referrers(image) == [artifact.hex], "the subject may be pushed again"


def test_a_tagged_artifact_whose_subject_nobody_has_pushed_stays(storage: Storage, app: Shelf) -> None:
    app.manifest(app.blob(b"sbom"), subject=MISSING, tags=["sbom"])
    untagged = app.manifest(app.blob(b"other"), subject=MISSING)
    assert sweep(storage, delete_untagged=True).manifests == 1
    assert len(app.referrers(MISSING)) == 1
    assert not app.has_manifest(untagged)


def test_a_young_untagged_manifest_keeps_what_it_needs(storage: Storage, app: Shelf) -> None:
    layer = app.blob(b"old layer")
    image = app.manifest(layer)
    moment = ages()
    index = app.manifest(image)
    assert counts(storage, moment, delete_untagged=True) == NOTHING
    assert app.has_manifest(index)
    assert app.has(layer)


def test_manifests_that_refer_to_each_other_go_together(storage: Storage, app: Shelf) -> None:
    image = app.manifest()
    index = app.manifest(image, subject=image)
    assert sweep(storage, delete_untagged=True).manifests == 2
    assert not app.has_manifest(index)


def test_what_is_not_there_keeps_nothing_and_breaks_nothing(storage: Storage, app: Shelf) -> None:
    sparse = app.manifest(MISSING, tags=["sparse"])
    assert counts(storage, delete_untagged=True) == NOTHING
    assert app.has_manifest(sparse)


def test_manifests_of_old_and_unknown_types_keep_their_blobs(storage: Storage, app: Shelf) -> None:
    layers = [app.blob(b"schema 1"), app.blob(b"unknown")]
    app.manifest(fsLayers=[{"blobSum": str(layers[0])}], tags=["old"])
    app.manifest(anything={"digest": str(layers[1])}, tags=["new"])
    assert counts(storage) == NOTHING


def test_the_blobs_that_the_index_of_a_build_cache_lists_stay(storage: Storage, app: Shelf) -> None:
    layer, config, other = app.blob(b"layer"), app.blob(b"cacheconfig"), app.blob(b"other")
    listed = [{"mediaType": "application/vnd.buildkit.cacheconfig.v0", "digest": str(each)} for each in (layer, config)]
    cache = app.manifest(manifests=listed, tags=["cache"])
    sweep(storage, delete_untagged=True)
    assert app.has_manifest(cache)
    assert [app.has(each) for each in (layer, config, other)] == [True, True, False]


def test_a_number_without_an_end_is_no_reason_to_keep_everything(storage: Storage, app: Shelf) -> None:
    needed, other = app.blob(b"needed"), app.blob(b"other")
    app.put(b'{"n": %s, "layers": [{"digest": "%s"}]}' % (b"9" * 5000, str(needed).encode()), tags=["it"])
    sweep(storage)
    assert [app.has(each) for each in (needed, other)] == [True, False]


def test_annotations_keep_nothing(storage: Storage, app: Shelf) -> None:
    base = app.manifest()
    app.manifest(annotations={"org.opencontainers.image.base.digest": str(base)}, tags=["v1"])
    assert sweep(storage, delete_untagged=True).manifests == 1


def test_a_tag_of_a_manifest_that_is_not_there_goes(storage: Storage, app: Shelf) -> None:
    app.manifest(tags=["good"])
    app.tag("dangling", MISSING)
    storage.publish({layout.tag_current_path(app.name, "garbled"): b"what is this"})
    assert counts(storage) == (0, 0, 0, 0, 2, 0, (), ())
    assert app.tags == ["good"]


def test_a_young_tag_stays_whatever_it_names(storage: Storage, app: Shelf) -> None:
    moment = ages()
    app.tag("young", MISSING)
    assert counts(storage, moment) == NOTHING
    assert app.tags == ["young"]


def test_a_tag_forgets_what_it_has_named_when_that_goes(storage: Storage, app: Shelf) -> None:
    first = app.manifest(tags=["v1"])
    second = app.manifest(MISSING, tags=["v1"])
    assert sweep(storage, delete_untagged=True).manifests == 1
    assert storage.stat(layout.tag_index_path(app.name, "v1", second))
    assert not storage.stat(layout.tag_index_path(app.name, "v1", first))
    assert not app.has_manifest(first)


def test_an_abandoned_upload_goes_and_one_that_goes_on_stays(storage: Storage, app: Shelf) -> None:
    app.manifest(tags=["v1"])
    app.upload("abandoned", b"five!")
    moment = ages()
    app.upload("fresh", b"data")
    assert counts(storage, moment) == (0, 5, 0, 0, 0, 1, (), ())
    assert storage.names(layout.uploads_path(app.name)) == ["fresh"]


def test_layers_wait_for_the_last_one_of_a_long_push_but_not_for_ever(storage: Storage, app: Shelf) -> None:
    layer = app.blob(b"the first layer")
    ages()
    app.upload("the-last-layer", b"it takes hours")
    first = storage.stat(layout.blob_data_path(layer))
    last = storage.stat(f"{layout.upload_path(app.name, 'the-last-layer')}/data")
    assert first
    assert last
    grace = (last.modified - first.modified) / LONG_PUSH
    assert collect_garbage(storage, older_than=grace * 1.1, now=lambda: last.modified).layers == 0
    assert app.has(layer)
    assert collect_garbage(storage, older_than=grace * 0.9, now=lambda: last.modified).layers == 1
    assert storage.names(layout.uploads_path(app.name)) == ["the-last-layer"]


def test_a_repository_that_was_deleted_leaves_the_catalog_with_the_folders_above_it(storage: Storage) -> None:
    gone, stays = Shelf(storage, "team/gone"), Shelf(storage, "team/stays/below")
    gone.manifest(gone.blob(b"layer"))
    stays.manifest(tags=["v1"])
    done = sweep(storage, delete_untagged=True)
    assert done.repositories == ("team/gone",)
    assert storage.names(layout.REPOSITORIES) == ["team"]
    assert storage.names(layout.repository_path("team")) == ["stays"]


def test_a_repository_leaves_the_catalog_before_its_last_blob_does(storage: Storage, app: Shelf) -> None:
    app.manifest()
    moment = ages()
    app.blob(b"young")
    assert sweep(storage, moment, delete_untagged=True).repositories == ()
    assert storage.names(layout.repository_path(app.name)) == ["_layers"]


def test_a_rotten_manifest_loses_its_bytes_and_is_healed_by_a_push(storage: Storage, app: Shelf) -> None:
    layer = app.blob(b"layer")
    image = app.manifest(layer, tags=["v1"])
    lone = app.blob(b"lone")
    content = storage.read(layout.blob_data_path(image))
    assert content is not None
    storage.publish({layout.blob_data_path(image): content.replace(b"layers", b"lawyer")})
    assert counts(storage) == (0, 0, 0, 0, 0, 0, (), (str(image),))
    assert storage.stat(layout.blob_data_path(image)) is None
    assert app.has(layer), "nobody knows what the manifest needs"
    assert app.has(lone), "nobody knows what the manifest needs"
    app.put(content)
    assert app.has_manifest(image)
    assert counts(storage) == (1, 4, 0, 1, 0, 0, (), ())
    assert app.tags == ["v1"]


def test_a_manifest_whose_bytes_are_lost_is_told_and_nothing_of_its_repository_goes(
    storage: Storage, app: Shelf
) -> None:
    image = app.manifest(app.blob(b"layer"), tags=["v1"])
    storage.remove(layout.blob_path(image))
    before = paths(storage)
    assert sweep(storage, delete_untagged=True).corrupt == (str(image),)
    assert paths(storage) == before


def test_a_manifest_that_is_no_json_keeps_everything(storage: Storage, app: Shelf) -> None:
    app.put(b"[" * 100_000)
    app.blob(b"lone")
    assert counts(storage, delete_untagged=True) == NOTHING


def test_folders_without_a_link_are_no_manifests_and_no_layers(storage: Storage, app: Shelf) -> None:
    image, layer = app.manifest(), app.blob(b"layer")
    folders = [layout.revision_path(app.name, image), layout.layer_path(app.name, layer)]
    for folder in folders:
        # As registry v3.1.1 deletes.
        storage.remove(f"{folder}/link")
    app.manifest(MISSING, tags=["v1"])
    assert counts(storage) == (2, len(b'{"layers": []}') + 5, 0, 0, 0, 0, (), ())
    assert not set(folders) & set(paths(storage))


def test_what_is_not_ours_is_left_alone(storage: Storage, app: Shelf) -> None:
    app.manifest(tags=["v1"])
    strange = [f"{layout.BLOBS}/sha384/00/{'0' * 96}/data", f"{layout.BLOBS}/sha256/00/readme"]
    storage.publish(dict.fromkeys(strange, b"x"))
    assert counts(storage, delete_untagged=True) == NOTHING
    assert all(map(storage.stat, strange))


def test_sha512_is_collected_as_sha256_is(storage: Storage, app: Shelf) -> None:
    kept, lone = (Digest.of(content, "sha512") for content in (b"kept", b"lone"))
    for digest, content in ((kept, b"kept"), (lone, b"lone")):
        link = {f"{layout.layer_path(app.name, digest)}/link": str(digest).encode()}
        storage.publish({layout.blob_data_path(digest): content}, link)
    app.manifest(kept, tags=["v1"])
    assert counts(storage) == (1, 4, 0, 1, 0, 0, (), ())
    assert app.has(kept)


def test_what_registry_3_keeps_by_another_digest_stays_as_long_as_it_is_needed(storage: Storage, app: Shelf) -> None:
    # It takes a blob by its sha512, keeps it by its sha256, and links both names to that.
    asked, kept = Digest.of(b"layer", "sha512"), Digest.of(b"layer")
    links = {f"{layout.layer_path(app.name, digest)}/link": str(kept).encode() for digest in (asked, kept)}
    storage.publish({layout.blob_data_path(kept): b"layer"}, links)
    app.manifest(asked, tags=["v1"])
    assert counts(storage) == NOTHING
    assert app.has(kept)
    storage.remove(layout.tag_path(app.name, "v1"))
    assert sweep(storage, delete_untagged=True).blobs == 2


def test_collection_that_is_stopped_between_any_two_calls_is_completed_by_the_next_one(
    storage: Storage, app: Shelf
) -> None:
    kept = [app.blob(b"config"), app.blob(b"layer")]
    image = app.manifest(*kept, tags=["v1"])
    sweep(storage, delete_untagged=True)
    needed, stopped = files(storage), []
    for stop_after in count():
        app.manifest(app.blob(b"signature"), subject=app.manifest(app.blob(b"old layer")))
        calls = count()
        try:
            collect_garbage(
                storage,
                older_than=0,
                delete_untagged=True,
                now=ages,
                is_stopping=lambda calls=calls, limit=stop_after: next(calls) >= limit,  # type: ignore[misc]
            )
        except OSError as error:
            stopped.append(error.errno)
        else:
            break
        sweep(storage, delete_untagged=True)
        assert files(storage) == needed
    assert len(stopped) > 10
    assert set(stopped) == {errno.ECANCELED}
    assert app.has_manifest(image)
    assert all(map(app.has, kept))
