using Rx.Vm.Images;

namespace Rx.Vm.Cli.Setup;

/// <summary>Packages of Debian that are downloaded and unpacked, never installed: nothing of the host's own system is touched.</summary>
internal static class DebianPackage
{
    private const string KernelMetapackage = "linux-image-cloud-amd64";

    /// <summary>The tree of the current cloud kernel.</summary>
    public static async Task<string> KernelAsync(TemporaryFolder work, CancellationToken ct)
    {
        const string Kernel = "Depends: linux-image-";
        string[] query = ["apt-cache", "depends", "--no-recommends", "--no-suggests", KernelMetapackage];
        var depends = await SetupTool.RunAsync("apt", null, ct, query).ConfigureAwait(false);
        var name = depends.Split('\n').Select(line => line.Trim())
            .FirstOrDefault(line => line.Length > Kernel.Length && line.StartsWith(Kernel, StringComparison.Ordinal) && char.IsAsciiDigit(line[Kernel.Length]));
        return name is null
            ? throw new ImageException(ImageError.NotFound, KernelMetapackage,
                $"The package lists of this machine name no kernel for {KernelMetapackage}: call 'apt-get update' as root, or give --kernel-dir.")
            : await UnpackAsync(name["Depends: ".Length..], work, ct).ConfigureAwait(false);
    }

    /// <summary>Downloads the package <paramref name="name"/> and unpacks it.</summary>
    /// <returns>The tree.</returns>
    public static async Task<string> UnpackAsync(string name, TemporaryFolder work, CancellationToken ct)
    {
        var folder = work.At($"download-{name}");
        var tree = work.At($"tree-{name}");
        Directory.CreateDirectory(folder);

        // As root, apt would hand the download to a user who can't write to a folder of ours, and complain.
        await SetupTool.RunAsync("apt", folder, ct, "apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", name).ConfigureAwait(false);
        var file = Directory.EnumerateFiles(folder, "*.deb").SingleOrDefault()
            ?? throw new ImageException(ImageError.NotFound, name, $"apt-get download {name} left no package: call 'apt-get update' as root, then try again.");
        await SetupTool.RunAsync("dpkg", null, ct, "dpkg-deb", "-x", file, tree).ConfigureAwait(false);
        return tree;
    }
}
