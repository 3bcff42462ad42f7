using System.Collections.Immutable;
using System.Text;

namespace Rx.Vm.Images.Boot;

/// <summary>An unpacked Debian kernel package: a tree with <c>boot/vmlinuz-VERSION</c> and <c>lib/modules/VERSION</c>.</summary>
public sealed class KernelPackage
{
    private const long MaxModuleBytes = 64 << 20;
    private const long MaxConfigBytes = 4 << 20;
    private const int MaxFiles = 100_000;
    private readonly ImmutableDictionary<string, string> _modules;

    private KernelPackage(string directory, string version, string imagePath, ImmutableDictionary<string, string> modules)
    {
        Directory = directory;
        Version = version;
        ImagePath = imagePath;
        _modules = modules;
    }

    /// <summary>The tree.</summary>
    public string Directory { get; }

    /// <summary>The kernel's release, as <c>uname -r</c> will say.</summary>
    public string Version { get; }

    /// <summary>The compressed kernel, a bzImage.</summary>
    public string ImagePath { get; }

    /// <summary>
    /// Whether the kernel loads only signed modules. Told by the configuration in the package; without one, yes, to be safe.
    /// </summary>
    internal bool EnforcesSignatures
    {
        get
        {
            try
            {
                var config = SourceFile.ReadAll(Path.Combine(Directory, "boot", $"config-{Version}"), "kernel's configuration", MaxConfigBytes);
                return Encoding.Latin1.GetString(config).Split('\n').Contains("CONFIG_MODULE_SIG_FORCE=y");
            }
            catch (ImageException)
            {
                return true;
            }
        }
    }

    /// <summary>Looks at an unpacked package.</summary>
    /// <param name="directory">The tree; it must hold exactly one kernel.</param>
    /// <returns>The package.</returns>
    /// <exception cref="ImageException"><see cref="ImageError.NotFound"/> or <see cref="ImageError.BadKernel"/>.</exception>
    public static KernelPackage Open(string directory)
    {
        var boot = Path.Combine(directory, "boot");
        var images = System.IO.Directory.Exists(boot) ? System.IO.Directory.GetFiles(boot, "vmlinuz-*") : [];
        if (images.Length != 1)
        {
            throw new ImageException(ImageError.NotFound, directory,
                $"'{directory}' must hold one kernel as boot/vmlinuz-VERSION; it holds {images.Length}.");
        }

        var version = Path.GetFileName(images[0])["vmlinuz-".Length..];

        // Debian 13 merged /lib into /usr/lib.
        var tree = new[] { "lib", "usr/lib" }
            .Select(lib => Path.Combine(directory, lib, "modules", version))
            .FirstOrDefault(System.IO.Directory.Exists);
        return tree is null
            ? throw new ImageException(ImageError.NotFound, directory, $"'{directory}' holds no modules of kernel {version}.")
            : new KernelPackage(directory, version, images[0], Index(tree, directory));
    }

    /// <summary>The files of some modules and of everything they depend on, every file after those it needs, none twice.</summary>
    /// <param name="names">Module names; one that the package does not have is skipped, since it may be built into the kernel.</param>
    /// <returns>Absolute paths of <c>.ko</c> files.</returns>
    /// <exception cref="ImageException"><see cref="ImageError.BadKernel"/>: a module is compressed, damaged or missing.</exception>
    public ImmutableArray<string> ResolveModules(IEnumerable<string> names)
    {
        var ordered = ImmutableArray.CreateBuilder<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names.Select(ModuleInfo.Normalize).Where(_modules.ContainsKey))
        {
            Visit(name, neededBy: null, ordered, seen);
        }

        return ordered.ToImmutable();
    }

    // A cycle ends at the seen set; the kernel's build does not produce one. Depth is bounded by the number of modules in the tree.
    private void Visit(string name, string? neededBy, ImmutableArray<string>.Builder ordered, HashSet<string> seen)
    {
        if (!seen.Add(name))
        {
            return;
        }

        if (!_modules.TryGetValue(name, out var path))
        {
            throw Bad($"Module '{neededBy}' of kernel {Version} needs '{name}', which the package does not have.");
        }

        foreach (var dependency in ReadDependencies(name, path))
        {
            Visit(dependency, name, ordered, seen);
        }

        ordered.Add(path);
    }

    private IReadOnlyList<string> ReadDependencies(string name, string path)
    {
        if (!path.EndsWith(".ko", StringComparison.Ordinal))
        {
            throw Bad($"Module '{name}' of kernel {Version} is compressed ({Path.GetFileName(path)}); "
                + "uncompress the modules of the tree (xz -d, zstd -d), or use the package of Debian 12.");
        }

        try
        {
            return ModuleInfo.Dependencies(ReadModule(path));
        }
        catch (Exception error) when (error is InvalidDataException or ImageException)
        {
            throw Bad($"The kernel module '{path}' cannot be used: {error.Message.TrimEnd('.')}.", error);
        }
    }

    /// <summary>Reads the file of a module.</summary>
    /// <exception cref="ImageException">It cannot be had.</exception>
    internal static byte[] ReadModule(string path) => SourceFile.ReadAll(path, "kernel module", MaxModuleBytes);

    private static ImmutableDictionary<string, string> Index(string tree, string directory)
    {
        var index = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 32,
        };
        foreach (var path in System.IO.Directory.EnumerateFiles(tree, "*.ko*", options).Take(MaxFiles).Order(StringComparer.Ordinal))
        {
            var file = Path.GetFileName(path);
            index.TryAdd(ModuleInfo.Normalize(file[..file.IndexOf(".ko", StringComparison.Ordinal)]), path);
        }

        return index.Count > 0
            ? index.ToImmutable()
            : throw new ImageException(ImageError.BadKernel, directory, $"There is no kernel module below '{tree}'.");
    }

    private ImageException Bad(string message, Exception? inner = null) => new(ImageError.BadKernel, Directory, message, inner);
}
