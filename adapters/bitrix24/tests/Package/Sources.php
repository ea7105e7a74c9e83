<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Package;

/** The files of the module. */
final class Sources
{
    private const ROOT = __DIR__ . '/../../parom.bridge';

    /** @return array<string, string> code by path from the module's folder, texts left out */
    public static function all(): array
    {
        return \array_filter(
            self::below(''),
            static fn (string $file): bool => !\str_starts_with($file, 'lang/'),
            \ARRAY_FILTER_USE_KEY,
        );
    }

    /** @return array<string, string> */
    public static function below(string $folder): array
    {
        $root = (string)\realpath(self::ROOT);
        $files = [];
        $walk = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator("{$root}/{$folder}", \FilesystemIterator::SKIP_DOTS));
        foreach ($walk as $file) {
            if ($file->getExtension() === 'php') {
                $path = \ltrim(\substr((string)$file->getRealPath(), \strlen($root)), '/');
                $files[$path] = (string)\file_get_contents((string)$file->getRealPath());
            }
        }
        \ksort($files);

        return $files;
    }
}
