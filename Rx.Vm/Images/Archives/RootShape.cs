namespace Rx.Vm.Images.Archives;

/// <summary>Tells by the names at the top what is no root file system: the layers of an image, or one folder too many.</summary>
internal static class RootShape
{
    /// <summary>Refuses layers, and remarks on a root without programs.</summary>
    /// <exception cref="ImageException"><see cref="ImageError.UnsupportedSource"/>.</exception>
    public static void Check(ImageTree tree, ArchiveErrors errors, ArchiveRemarks remarks)
    {
        if (HasPrograms(tree, ""))
        {
            return;
        }

        var names = tree.Root.Children.Keys;
        var docker = tree.Has("manifest.json") && (tree.Has("repositories") || tree.Has("blobs")
            || names.Any(name => name.EndsWith(".tar", StringComparison.Ordinal) || tree.Has(name + "/layer.tar")));
        if (docker || tree.Has("oci-layout"))
        {
            throw errors.Layers(docker ? "an image archive as 'docker save' makes it" : "an OCI image layout");
        }

        remarks.NoRootFileSystem(names.Count == 1 && HasPrograms(tree, names.First() + "/") ? names.First() : "");
    }

    private static bool HasPrograms(ImageTree tree, string prefix) => tree.Has(prefix + "bin") || tree.Has(prefix + "usr");
}
