using System.CommandLine;
using Rx.Vm.Images;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm image</c>: names for root file systems.</summary>
internal static class ImageCommand
{
    public static Command Create() => new("image", "Manage the images pods can name.")
    {
        CreateImport(),
        CreateList(),
        CreateResolve(),
        CreateRemove(),
        CreatePrune(),
    };

    private static Command CreateImport()
    {
        var name = new Argument<string>("name") { Description = "The name to give: letters, digits, '_', '.', '-'." };
        var path = new Argument<string>("path")
        {
            Description = "A directory, or a tar archive, plain or compressed by gzip, xz, zstd or bzip2.", CustomParser = OptionValues.Path,
        };
        var command = new Command("import", "Build a root file system and give it a name.") { name, path };
        command.SetAction((parsed, _) => StoreFailures.ReportAsync(parsed, async ct =>
        {
            // A bare file name is a path here: the position says so.
            var source = Path.GetFullPath(parsed.GetRequiredValue(path));
            var image = await Open().ImportAsync(parsed.GetRequiredValue(name), source, ct).ConfigureAwait(false);
            Tell(parsed, image);
            parsed.InvocationConfiguration.Output.WriteLine($"{parsed.GetRequiredValue(name)} {image.Digest[..12]} {image.Path}");
        }));
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("ls", "List the imported images.");
        command.SetAction(parsed => StoreFailures.Report(parsed, () =>
        {
            foreach (var image in Open().List())
            {
                parsed.InvocationConfiguration.Output.WriteLine(
                    $"{image.Name,-24} {image.Digest[..12]} {image.SizeBytes / 1024.0 / 1024.0,8:0.0} MiB  {Complaint.OneLine(image.Source)}");
            }
        }));
        return command;
    }

    private static Command CreateResolve()
    {
        var image = new Argument<string>("image") { Description = "A name, or a path with a '/' in it." };
        var command = new Command("resolve", "Print the file of an image, building it when needed.") { image };
        command.SetAction((parsed, _) => StoreFailures.ReportAsync(parsed, async ct =>
        {
            var found = await Open().ResolveAsync(parsed.GetRequiredValue(image), ct).ConfigureAwait(false);
            Tell(parsed, found);
            parsed.InvocationConfiguration.Output.WriteLine(found.Path);
        }));
        return command;
    }

    private static Command CreateRemove()
    {
        var names = new Argument<string[]>("name") { Description = "The names to free.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("rm", "Free names, and remove the images that no other name and no machine uses.") { names };
        command.SetAction(async (parsed, _) =>
        {
            var worst = 0;
            foreach (var name in parsed.GetRequiredValue(names))
            {
                worst = Math.Max(worst, await StoreFailures.ReportAsync(parsed, async ct =>
                {
                    var freed = await Open().RemoveAsync(name, ct).ConfigureAwait(false);
                    parsed.InvocationConfiguration.Output.WriteLine($"{name}: {Words(freed)}");
                }).ConfigureAwait(false));
            }

            return worst;
        });
        return command;
    }

    private static Command CreatePrune()
    {
        var all = new Option<bool>("--all") { Description = "Also images that were built for a run from a path, and have no name." };
        var command = new Command("prune", "Remove images and files that nothing leads to and no machine uses.") { all };
        command.SetAction((parsed, _) => StoreFailures.ReportAsync(parsed, async ct =>
            parsed.InvocationConfiguration.Output.WriteLine(Words(await Open().PruneAsync(parsed.GetValue(all), ct).ConfigureAwait(false)))));
        return command;
    }

    private static string Words(FreedSpace freed) =>
        $"freed {freed.Bytes / 1024.0 / 1024.0:0.0} MiB: {Count(freed.Images, "image")}, {Count(freed.Records, "record")}, "
        + Count(freed.TemporaryFiles, "temporary file")
        + (freed.InUse == 0 ? "" : $"; {Count(freed.InUse, "image")} in use stay{(freed.InUse == 1 ? "s" : "")}");

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private static void Tell(ParseResult parsed, RootFileSystem image)
    {
        foreach (var remark in image.Remarks)
        {
            Complaint.Write(parsed.InvocationConfiguration.Error, remark);
        }
    }

    private static ImageStore Open() => new(new ImageStoreOptions { Sources = ImageSourcePolicy.HostPaths }, CliScheduler.Instance);
}
